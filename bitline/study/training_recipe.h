// What decides a training, as far as it can be told without LibTorch: is it possible, and is a
// checkpoint of this training or of another one.
#pragma once

#include <span>
#include <string>

#include "bitline/adc/adc_plan.h"
#include "bitline/data/dataset.h"
#include "bitline/graph/network.h"
#include "bitline/options/run_config.h"

namespace bitline {

/// Hash of everything that decides the weights: the configuration, the network it starts from, and
/// `images`, the whole training set. A checkpoint of another recipe cannot be continued.
std::string training_recipe(const RunConfig& config, const Dataset& images);

/// Hash of everything that decides what retrain_network gives; `images` is the whole training set.
std::string retraining_recipe(const RunConfig& config, const Network& network, const AdcPlan& plan,
                              const Dataset& images);

/// What [retrain] asks for. Throws Error (kUsage) for options that contradict each other, and
/// without held-out images.
void check_retraining(const RunConfig& config);

/// What a run asks of [retrain] before it begins. Throws Error (kUsage) for options that contradict
/// each other, and for changes of ranges that plans by `methods` do not have.
void check_run_retraining(const RunConfig& config, std::span<const RangeMethod> methods);

/// The network that teaches and that losses are counted against: retrain.reference, or `network`.
Network reference_network(const RunConfig& config, const Network& network);

}  // namespace bitline
