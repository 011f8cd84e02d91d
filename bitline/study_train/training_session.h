// What every training has in common: the split of the images, checkpoint, log, stop and resume.
// training.h and retraining.h say what is trained.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "bitline/base/progress.h"
#include "bitline/data/dataset.h"
#include "bitline/study/train.h"
#include "bitline/train/trainer.h"

namespace bitline {

/// The device that train.device names. Throws Error (kUsage) for one that LibTorch has not.
at::Device device_of(const TrainConfig& train);

/// Which epoch a training ends with.
enum class Keep { kLast, kBest };

struct TrainingSession {
  const RunConfig& config;  ///< seed and normalisation
  TrainConfig train;
  /// Hash of everything that decides the weights. A checkpoint of another recipe is refused.
  std::string recipe;
  /// kBest: the one that does best on the held-out images, the start among them; of equals the
  /// first.
  Keep keep = Keep::kLast;
  bool resume = false;
  std::optional<Teacher> teacher = {};
  /// Share of the start's held-out accuracy below which an epoch stops the training.
  double stop_below = 0;
  /// Whether the plan that the network is trained with is written beside it.
  bool writes_plan = false;
  /// Behind these epochs, but for the last one, the plan is changed to what `search_again` gives
  /// for the network as it is.
  std::vector<std::int64_t> search_after = {};
  std::function<AdcPlan(const Network&, const AdcPlan&)> search_again = {};
};

/// The plan as it is at the end is that of the epoch that is kept. Trains `network` on `images`
/// less the held-out ones and writes the files. With `resume` it continues from the checkpoint to
/// the weights that an uninterrupted run gives (same machine, same thread count). Throws Error
/// (kInterrupted) after a requested stop, with the checkpoint written; Error when the loss is NaN,
/// the last good checkpoint kept; Error when the checkpoint is of another recipe; Error where an
/// epoch ends below `stop_below`.
Trained train_in_session(const TrainingSession& session, TrainableNetwork network,
                         const Dataset& images, const Job& job, const AfterEpoch& after_epoch);

}  // namespace bitline
