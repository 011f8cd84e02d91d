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
  /// kPercentile: per cent of the sums between the range's ends, half of the rest on either side.
  Rational percentile = Rational(999, 10);
  /// kMse, kCsnr: distance of neighbouring δ.
  Rational delta_step = 1;
};

/// The ADC that the method gives a layer.
/// - min-max, three-sigma, percentile, column-bound, mse, csnr: `spec` (quantizer, levels, step,
///   ties, sides; the last two: centre too) with a δ and centre. The first four give the ends of a
///   range, whose middle is the centre and whose half length, at least ½ and at most the largest
///   possible |p|, is δ.
/// - full-range: Quantizer::kFullRange with the levels and sides of `spec`; needs no sums.
/// - lloyd-max, csnr-lloyd-max, three-sigma-gaussian: Quantizer::kTable with the levels of `spec`
///   (lloyd_max.h, gaussian_levels.h).
/// Throws Error (kUsage) for a searching method, and for a layer without any sum, which it names.
AdcSpec range_from_statistics(RangeMethod method, AdcSpec spec, const LayerStatistics& layer,
                              const StatisticOptions& options);

}  // namespace bitline
