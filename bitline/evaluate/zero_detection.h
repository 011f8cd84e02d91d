// What an array with zero detection need not convert.
#pragma once

#include <map>
#include <string>

#include "bitline/base/progress.h"
#include "bitline/runtime/executor.h"

namespace bitline {

/// The share of each mapped layer's reads that drive no word line (ReadCount), by layer name, while
/// the network answers `images` (F32, normalised) under the plan. `executor` is in analog mode.
std::map<std::string, double> idle_shares(const Executor& executor, const AdcPlan& plan,
                                          const Tensor& images, const Job& job);

}  // namespace bitline
