// `bitline allocate`: levels layer by layer under a budget, beside the same levels in every layer.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "bitline/base/progress.h"
#include "bitline/data/dataset.h"
#include "bitline/options/run_config.h"
#include "bitline/record/allocation_record.h"
#include "bitline/search/level_allocation.h"
#include "bitline/study/search_study.h"

namespace bitline {

/// A plan with the same levels in every layer, its ranges by allocate.ranges.
struct UniformPlan {
  std::int64_t levels = 0;
  MeasuredPlan plan;
  std::int64_t validated = 0;  ///< right answers on the validation images
  Interval test_accuracy;
  /// By which share of the test images it is better than the allocated plan, with the 95 % interval
  /// of pairs.
  std::optional<Interval> better_than_best;

  /// Whether the test set cannot tell it from the allocated plan.
  bool is_equal() const {
    return better_than_best && better_than_best->lower <= 0 && better_than_best->upper >= 0;
  }
};

struct AllocationOutcome {
  std::vector<std::string> layers;  ///< that get ADCs, front to back
  LevelAllocation allocation;
  /// The budget; one of the two.
  std::optional<std::int64_t> lost_answers;
  std::optional<std::int64_t> largest_cost;
  /// Of the validation sample, on which the budget on answers counts too; 0: none was left.
  std::int64_t validation_images = 0;
  std::int64_t lossless_validated = 0, best_validated = 0;  ///< right answers on it
  Interval lossless_test, best_test;                        ///< accuracy on the test set
  std::vector<UniformPlan> uniform;                         ///< ascending levels
  std::int64_t baseline_cost = 0;  ///< of cost.baseline_levels in all of them

  /// The cheapest uniform plan that is_equal(), and which share of its cost the allocated plan
  /// saves. Empty where there is none.
  struct Saving {
    std::int64_t levels;
    double share;
  };
  std::optional<Saving> saving() const;
};

/// Of the network on `study`, which `config` made; plans are tested on `test`. A search sample is
/// fitted by the plans that were found on it, so that a budget on accuracy has to be kept on the
/// validation sample too: the best plan is the cheapest of all measured ones that does, and where
/// all divisions are tried, of all. Costs are those of the ADCs: fJ per image, or 10^-3 µm² where
/// [allocate] counts area. `journal` is a file from which a stopped allocation goes on. Throws what
/// load_cost_options() and network_cost() throw.
AllocationOutcome allocate(SearchStudy& study, const RunConfig& config, const Dataset& test,
                           const std::filesystem::path& journal, const Job& job);

/// All of it, as allocation.json has it.
AllocationRecord record_of(const AllocationOutcome& outcome, bool by_area);

/// Where the plan of allocation.front[index] stands in a folder: "front/001.json" is the cheapest.
std::string front_plan_name(std::size_t index);

}  // namespace bitline
