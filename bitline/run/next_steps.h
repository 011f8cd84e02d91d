// What to try where no plan of a run was good enough.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bitline/options/run_config.h"
#include "bitline/record/result_row.h"

namespace bitline {

/// What the steps depend on beside the configuration.
struct NextStepFacts {
  bool can_recalibrate = false;       ///< whether anything on the array can follow the ADCs
  std::int64_t most_driven_rows = 0;  ///< that one read drives in any layer
};

/// Lines for people, the first of which names the plan that lost least on the validation images and
/// how far it is off; then keys of the configuration, the likeliest first, of which none is set
/// already or cannot work for this run. Empty without plans.
std::vector<std::string> next_steps(const std::vector<ResultRow>& rows, const RunConfig& config,
                                    const NextStepFacts& facts);

}  // namespace bitline
