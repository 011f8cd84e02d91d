// Training, which needs LibTorch: what it does is said here and done in study_train/, which this
// program has where LibTorch's part of it is found.
#pragma once

#include <functional>

#include "bitline/base/progress.h"
#include "bitline/recipe/train_options.h"
#include "bitline/study/training_files.h"

namespace bitline {

/// Called behind every epoch.
using AfterEpoch = std::function<void(const EpochReport&)>;

/// Trains the network of [model] by [train], on the grids of [quantize] where that table is there,
/// and writes training_files(). With `resume` it continues from the checkpoint to the weights that
/// an uninterrupted training gives (same machine, same thread count). Throws Error (kInterrupted)
/// after a requested stop, with the checkpoint written; Error when the loss is NaN, the last good
/// checkpoint kept; Error when the checkpoint is of another recipe; Error (kUsage) without
/// LibTorch.
Network train_network(const RunConfig& config, bool resume, const Job& job,
                      const AfterEpoch& after_epoch);

/// Trains `network` by [retrain], forward through the ADCs of `plan`, and writes retrain.output;
/// the plan too where the training changes it (RetrainConfig::changes_plan). An empty plan is the
/// control: the same training with lossless ADCs. The result is the epoch that does best on
/// held-out training images; the test set is not read. Throws what train_network and
/// check_retraining() throw; Error (kUsage) for ADCs that cannot be trained with.
Trained retrain_network(const RunConfig& config, const Network& network, const AdcPlan& plan,
                        bool resume, const Job& job, const AfterEpoch& after_epoch);

/// What study_train/ offers.
struct TrainingFunctions {
  decltype(&train_network) train;
  decltype(&retrain_network) retrain;
};
/// Called where LibTorch's part is opened or linked.
void set_training_functions(const TrainingFunctions& functions);

}  // namespace bitline
