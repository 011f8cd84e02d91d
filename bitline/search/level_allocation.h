// Levels and ranges layer by layer under a budget. Layers interact, so sensitivities are measured
// around a whole plan, one layer changed at a time, divided exactly (level_front.h), and measured
// again around the plan that this gives, as long as it gets better.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "bitline/search/level_front.h"
#include "bitline/search/range_search.h"

namespace bitline {

struct AllocationOptions {
  SearchOptions search;              ///< method and levels are of no account
  std::vector<std::int64_t> levels;  ///< to choose from, ascending
  /// For each of `levels` a plan of all layers that has them in every one. Where this is empty,
  /// their ranges are searched layer-wise.
  std::vector<AdcPlan> uniform;
  /// What ADCs of `levels` levels cost in a layer: any unit, at least 0. Sums of costs decide.
  std::function<std::int64_t(const SearchLayer& layer, std::int64_t levels)> cost;
  /// One of the two: right answers that the plan may lose against the lossless network, or the most
  /// that it may cost.
  std::optional<std::int64_t> lost_answers;
  std::optional<std::int64_t> largest_cost;
  /// Under lost_answers: whether a plan that keeps the budget keeps it elsewhere too, on images
  /// that it was not found on. Empty: each does.
  std::function<bool(const AdcPlan& plan)> confirms = {};
  /// All divisions of the levels are tried where there are no more than so many.
  std::int64_t most_divisions = 4096;
};

/// A plan and what it scored on all images.
struct MeasuredPlan {
  AdcPlan plan;
  std::int64_t cost = 0;
  Score score;
};

/// A plan in which one layer has other levels.
struct Sensitivity {
  std::int64_t levels = 0;
  std::int64_t cost = 0;  ///< of the layer's ADCs
  Score score;            ///< of the whole plan
};

struct LevelAllocation {
  Score lossless;
  std::vector<MeasuredPlan> uniform;  ///< the same levels in every layer, by levels
  /// Around the last plan that was improved on, by layer, by levels.
  std::vector<std::vector<Sensitivity>> sensitivities;
  std::vector<MeasuredPlan> front;  ///< of all measured plans the unbeaten ones; costs ascending
  /// How many divisions of the levels there are, where all were tried; 0: too many.
  std::int64_t divisions = 0;
  std::optional<MeasuredPlan> best;  ///< empty where none keeps the budget
};

/// Ranges are those of the uniform plans; where these are searched, each was found behind layers
/// about as coarse as its own. Begins at the best uniform plan; sensitivities are scores of whole
/// plans, which count as much as others. The ranges of the best plan so far, unless uniform plans
/// are given, are searched layer-wise among each other, and taken where that is better. For
/// lost_answers levels are then taken away, layer by layer, the one that saves most first, as long
/// as the measured plan keeps the budget.
///
/// `best` keeps the budget as measured: the cheapest measured plan that `confirms` takes, or for
/// largest_cost the one with the best score. Where there are no more than most_divisions, all
/// divisions with the ranges of the uniform plans stand for election, as if each had been measured:
/// one is dropped as soon as it would not be taken if it got all other images right. Throws Error
/// (kUsage) unless exactly one budget is given, and what search_ranges() throws.
LevelAllocation allocate_levels(Evaluator& evaluator, const AllocationOptions& options,
                                const Job& job);

}  // namespace bitline
