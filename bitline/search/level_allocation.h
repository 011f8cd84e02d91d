// Levels and ranges layer by layer under a budget: sensitivities are measured one layer at a time,
// divided exactly (level_front.h), and the whole plan is then measured and mended, since layers
// interact.
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
  /// What ADCs of `levels` levels cost in a layer: any unit, at least 0. Sums of costs decide.
  std::function<std::int64_t(const SearchLayer& layer, std::int64_t levels)> cost;
  /// One of the two: right answers that the plan may lose against the lossless network, or the most
  /// that it may cost.
  std::optional<std::int64_t> lost_answers;
  std::optional<std::int64_t> largest_cost;
};

/// One layer quantized alone, with its best range for that many levels.
struct Sensitivity {
  std::int64_t levels = 0;
  PlannedAdc adc;
  std::int64_t cost = 0;
  Score score;
};

/// A plan and what it scored on all images.
struct MeasuredPlan {
  AdcPlan plan;
  std::int64_t cost = 0;
  Score score;
};

struct LevelAllocation {
  Score lossless;
  std::vector<std::vector<Sensitivity>> sensitivities;  ///< by layer, by levels
  std::vector<MeasuredPlan> front;   ///< unbeaten by the sums, measured; costs ascending
  std::optional<MeasuredPlan> best;  ///< empty where none keeps the budget
};

/// Measures every layer under each number of levels, with every range, then some of the unbeaten
/// divisions as whole plans. `best` keeps the budget as measured. For lost_answers it is the
/// cheapest measured plan, from which levels are then taken away, layer by layer, the one that
/// saves most first, as long as the measured plan keeps the budget. For largest_cost it is the plan
/// with the best score. Its ranges are then searched layer-wise with all ADCs in place, and taken
/// where that scores better. Throws Error (kUsage) unless exactly one budget is given, and what
/// search_ranges() throws.
LevelAllocation allocate_levels(Evaluator& evaluator, const AllocationOptions& options,
                                ProgressSink& progress, const Cancellation& cancellation);

}  // namespace bitline
