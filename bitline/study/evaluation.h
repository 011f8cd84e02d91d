// Accuracy of a network under a plan, with what is needed to compare it with another.
#pragma once

#include <optional>
#include <string_view>

#include "bitline/data/dataset.h"
#include "bitline/evaluate/wilson_interval.h"
#include "bitline/options/run_config.h"
#include "bitline/record/evaluation.h"
#include "bitline/runtime/executor.h"
#include "bitline/search/evaluator.h"

namespace bitline {

/// Top-1 accuracy and its 95 % Wilson interval.
Interval accuracy_of(const Evaluation& evaluation);
/// Likewise top-5, where it is counted.
std::optional<Interval> top_five_accuracy_of(const Evaluation& evaluation);
/// Mean cross-entropy, nat.
double mean_loss_of(const Evaluation& evaluation);

/// The score as run folders have it.
ScoreRecord record_of(const Score& score);

/// Runs `dataset` through the network in `mode`; `plan` is used in analog mode.
Evaluation evaluate(const Network& network, MacMode mode, const AdcPlan& plan,
                    const Dataset& dataset, const RunConfig& config, std::string_view task,
                    const Job& job);

}  // namespace bitline
