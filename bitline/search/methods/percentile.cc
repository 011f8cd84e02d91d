#include "bitline/search/between_ends.h"
#include "bitline/search/range_method.h"

namespace bitline {
namespace {

using Wide = __int128;

/// The smallest p with at least `share` of the sums at or below it.
std::int64_t quantile(const Histogram& sums, const Rational& share) {
  std::int64_t total = 0;
  for (const std::int64_t count : sums.counts()) total += count;
  std::int64_t seen = 0;
  for (std::int64_t p = sums.minimum(); p <= sums.maximum(); ++p) {
    seen += sums.count(p);
    if (static_cast<Wide>(seen) * share.denominator() >=
        static_cast<Wide>(total) * share.numerator())
      if (seen > 0) return p;
  }
  return sums.maximum();
}

RangeEnds percentile_ends(const Histogram& sums, const Rational& percentile) {
  const Rational outside = (Rational(100) - percentile) / Rational(200);
  return {quantile(sums, outside), quantile(sums, Rational(1) - outside)};
}

AdcSpec adc(const AdcSpec& spec, const LayerStatistics& layer, const StatisticOptions& options) {
  return between_ends(spec, percentile_ends(layer.sums, options.percentile), layer.layer);
}

}  // namespace

const RangeMethodPolicy range_methods::kPercentile{
    .name = "percentile",
    .meaning = "with `search.percentile` per cent of the sums inside",
    .gives_centres = true,
    .adc = adc};

}  // namespace bitline
