// What can be said against a way to ranges before anything is computed.
#pragma once

#include <cstdint>
#include <span>

#include "bitline/options/run_config.h"

namespace bitline {

/// What can be said against a method before it begins. Throws Error (kUsage) for ranges by input
/// stream of one that does not search, and for kMeasured without a curve or with one of another
/// number of levels, and for arrays whose columns can have a bias with a method that knows
/// nothing of it.
void check_ranges(const RunConfig& config, RangeMethod method,
                  std::span<const std::int64_t> levels);

}  // namespace bitline
