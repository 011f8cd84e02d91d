// What ranges from statistics see of a layer: its partial sums, and how outputs are made of them.
#pragma once

#include "bitline/kernels/layer_histogram.h"
#include "bitline/mapping/cim_layer.h"
#include "bitline/search/statistic_ranges.h"

namespace bitline {

/// Of the sums that were seen on the search sample; the signs and counts of (5m) are the mapping's.
LayerStatistics statistics_of(const CimLayer& layer, const LayerHistogram& seen);

}  // namespace bitline
