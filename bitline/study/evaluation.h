// Accuracy of a network under a plan, with what is needed to compare it with another.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bitline/evaluate/accuracy.h"
#include "bitline/options/run_config.h"
#include "bitline/runtime/executor.h"
#include "bitline/search/evaluator.h"

namespace bitline {

/// Answers on a list of images.
struct Evaluation {
  Score score;
  std::vector<bool> right;  ///< per image
  /// Images whose label is among the five likeliest classes; absent for ten classes or fewer.
  std::optional<std::int64_t> top_five = std::nullopt;

  /// Top-1 accuracy and its 95 % Wilson interval.
  Interval accuracy() const { return wilson_interval(score.correct, score.images); }
  /// Likewise top-5, where it is counted.
  std::optional<Interval> top_five_accuracy() const;
  double mean_loss() const;  ///< mean cross-entropy
};

/// Runs `dataset` through the network in `mode`; `plan` is used in analog mode.
Evaluation evaluate(const Network& network, MacMode mode, const AdcPlan& plan,
                    const Dataset& dataset, const RunConfig& config, std::string_view task,
                    const Job& job);

/// JSON for a run folder: score, top-5 where it is counted, and one character per image, '1' for a
/// right answer.
std::string to_json(const Evaluation& evaluation);
/// Throws Error when the text is not what to_json wrote.
Evaluation evaluation_from_json(std::string_view text);

}  // namespace bitline
