// What a training says of its epochs.
#pragma once

#include <functional>

#include "bitline/options/run_config.h"
#include "bitline/recipe/train_options.h"
#include "cli/json_output.h"

namespace bitline::cli {

/// Takes what train_network() reports of an epoch, loss, accuracy, learning rate and time: prints a
/// line, or where `json` is set appends to `epochs`, which has to outlive it.
std::function<void(const EpochReport&)> epoch_listener(const TrainConfig& train, bool json,
                                                       Json& epochs);

}  // namespace bitline::cli
