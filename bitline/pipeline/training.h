// `bitline train`: from a configuration to a trained network file.
#pragma once

#include <functional>

#include "bitline/base/progress.h"
#include "bitline/pipeline/run_config.h"

namespace bitline {

/// Files of a training run, all beside train.output.
struct TrainingFiles {
  std::filesystem::path network;     ///< the trained network, written at the end
  std::filesystem::path checkpoint;  ///< "<output>.checkpoint", after every epoch and on a stop
  std::filesystem::path log;         ///< "<output>.csv", one line per epoch
};

TrainingFiles training_files(const TrainRun& train);

/// Hash of everything that decides the weights: the configuration, the network it starts from, and
/// `images`, the whole training set. A checkpoint of another recipe cannot be continued.
std::string training_recipe(const RunConfig& config, const Dataset& images);

/// Trains the network of [model] by [train], on the grids of [quantize] where that table is there.
/// With `resume` it continues from the checkpoint to the weights that an uninterrupted run gives
/// (same machine, same thread count). Throws Error (kInterrupted) after a requested stop, with the
/// checkpoint written; Error when the loss is NaN, the last good checkpoint kept; Error when the
/// checkpoint is of another recipe.
Network train_network(const RunConfig& config, bool resume, ProgressSink& progress,
                      const Cancellation& cancellation,
                      const std::function<void(const EpochReport&)>& after_epoch);

}  // namespace bitline
