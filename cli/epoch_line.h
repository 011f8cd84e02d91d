// One line of output per epoch.
#pragma once

#include <functional>

#include "bitline/pipeline/run_config.h"
#include "bitline/train/train_options.h"

namespace bitline::cli {

/// Prints loss, accuracy, learning rate and time as train_network() reports them.
std::function<void(const EpochReport&)> epoch_printer(const TrainRun& train);

}  // namespace bitline::cli
