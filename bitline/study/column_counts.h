// The sums of every column of a network's layers, and what a fit of thresholds asks about them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bitline/base/progress.h"
#include "bitline/runtime/layer_probe.h"
#include "bitline/search/column_bias.h"

namespace bitline {

/// Of `layers`, with lossless ADCs, over images F32 [n, …] as the network sees them. Throws Error
/// where the counts of a layer take too much memory (ColumnHistogram).
std::map<std::string, ColumnHistogram> count_columns(const Executor& executor, const Tensor& images,
                                                     const std::vector<const CimLayer*>& layers,
                                                     const Job& job);

/// Of a layer; both have to outlive it.
ColumnSums sums_of_columns(const CimLayer& layer, const ColumnHistogram& counted);

}  // namespace bitline
