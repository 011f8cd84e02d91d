// What plans cost on the chip that a configuration describes, and how that is written down.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bitline/cost/network_cost.h"
#include "bitline/data/dataset.h"
#include "bitline/options/run_config.h"
#include "bitline/record/cost_record.h"
#include "bitline/runtime/executor.h"

namespace bitline {

/// By [cost]: reads the technology. Throws Error with its path.
Technology load_technology(const CostConfig& cost);

/// Throws Error (kUsage) for a number of levels, or cost.baseline_levels, that the ADC model does
/// not reach: before a search for such plans begins.
void check_levels(const CostConfig& cost, std::span<const std::int64_t> levels);

/// By [cost]: reads the technology and, for an array with zero detection, counts on the search
/// `sample` which reads are skipped while the network answers under `plan`; without it the sample
/// is not looked at. `executor` is in analog mode. Throws Error with the technology's path.
CostOptions load_cost_options(const RunConfig& config, const Executor& executor,
                              const AdcPlan& plan, const Dataset& sample, const Job& job);

/// A plan, and the same network with cost.baseline_levels in every ADC.
struct CostComparison {
  NetworkCost plan;
  NetworkCost baseline;
  std::vector<std::string> notes;  ///< what the numbers leave out on this array; often empty

  /// Shares of the baseline's, 0 to 1, or below 0 where the plan costs more.
  double area_saved() const { return saved(plan.area_one_design, baseline.area_one_design); }
  double area_saved_by_layer() const { return saved(plan.area, baseline.area); }
  double energy_saved() const { return saved(plan.energy, baseline.energy); }

 private:
  static double saved(const Breakdown& now, const Breakdown& before) {
    return 1 - now.total() / before.total();
  }
};

/// `executor` is in analog mode. Throws Error when the plan is of another network or array, and
/// what network_cost() throws.
CostComparison compare_cost(const Executor& executor, const AdcPlan& plan, const CostConfig& cost,
                            const CostOptions& options);

/// What a run folder, and `bitline cost --json`, have of it.
CostRecord record_of(const CostComparison& comparison, const CostConfig& cost,
                     const CostOptions& options);

}  // namespace bitline
