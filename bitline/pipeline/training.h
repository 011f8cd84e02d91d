// `bitline train`: from a configuration to a trained network file.
#pragma once

#include <functional>

#include "bitline/base/progress.h"
#include "bitline/pipeline/training_files.h"

namespace bitline {

/// Hash of everything that decides the weights: the configuration, the network it starts from, and
/// `images`, the whole training set. A checkpoint of another recipe cannot be continued.
std::string training_recipe(const RunConfig& config, const Dataset& images);

/// Trains the network of [model] by [train], on the grids of [quantize] where that table is there.
/// Throws what train_in_session throws.
Network train_network(const RunConfig& config, bool resume, ProgressSink& progress,
                      const Cancellation& cancellation,
                      const std::function<void(const EpochReport&)>& after_epoch);

}  // namespace bitline
