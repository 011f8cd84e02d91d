// unfinished.json: what a run that was stopped had measured until then.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bitline/record/interval.h"

namespace bitline {

/// A network under a plan. Accuracies are absent where the run had not come to them.
struct FinishedPlan {
  std::string name;                ///< "lossless", "L4-layer-wise", "L4-layer-wise-recalibrated"
  std::optional<Interval> search;  ///< on the search sample
  std::optional<Interval> validation;  ///< ResultRow::validation_accuracy
  std::optional<Interval> test;        ///< on the test set

  bool operator==(const FinishedPlan&) const = default;
};

struct UnfinishedRun {
  std::string version;  ///< of the program
  std::string config;   ///< as the run used it
  std::vector<FinishedPlan> plans;

  bool operator==(const UnfinishedRun&) const = default;
};

inline constexpr std::string_view kUnfinishedFile = "unfinished.json";

std::string to_json(const UnfinishedRun& run);
/// The inverse. Throws Error that names what is missing or damaged.
UnfinishedRun unfinished_run_from_json(std::string_view text);

}  // namespace bitline
