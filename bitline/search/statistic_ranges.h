// ADCs from the statistics of a layer's partial sums: the methods that a search is compared with.
// docs/search.md states each.
#pragma once

#include <cstdint>
#include <vector>

#include "bitline/adc/adc_spec.h"
#include "bitline/adc/histogram.h"
#include "bitline/base/rational.h"
#include "bitline/search/evaluator.h"
#include "bitline/search/range_method.h"
#include "bitline/search/squared_error.h"

namespace bitline {

/// What the methods see of a layer.
struct LayerStatistics {
  SearchLayer layer;
  OutputSums output;            ///< the layer's partial sums on the search sample
  Histogram sums;               ///< all of them
  std::int64_t column_low = 0;  ///< smallest sum that a column of the layer can give, by its digits
  std::int64_t column_high = 0;
};

struct StatisticOptions {
  /// percentile: per cent of the sums between the range's ends, half of the rest on either side.
  Rational percentile = Rational(999, 10);
  /// mse, csnr: distance of neighbouring δ.
  Rational delta_step = 1;
};

/// The ADC that the method gives a layer: `spec` with what the method decides, which its file in
/// methods/ and docs/search.md state. Throws Error (kUsage) for a method of another source, and for
/// a layer without any sum, which it names.
AdcSpec range_from_statistics(RangeMethod method, const AdcSpec& spec, const LayerStatistics& layer,
                              const StatisticOptions& options);

}  // namespace bitline
