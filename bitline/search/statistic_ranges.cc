#include "bitline/search/statistic_ranges.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "bitline/base/error.h"
#include "bitline/search/candidates.h"
#include "bitline/search/gaussian_levels.h"
#include "bitline/search/lloyd_max.h"

namespace bitline {
namespace {

using Wide = __int128;

/// Ends that are no whole numbers lie on multiples of this.
constexpr std::int64_t kParts = 1024;

struct Ends {
  Rational low = 0, high = 0;
};

/// ⌊√x⌋.
Wide root(Wide x) {
  auto guess = static_cast<Wide>(std::sqrt(static_cast<long double>(x)));
  while (guess * guess > x) --guess;
  while ((guess + 1) * (guess + 1) <= x) ++guess;
  return guess;
}

/// μ and 3σ, each rounded down to a multiple of 1/kParts.
Ends three_sigma(const Histogram& sums) {
  const HistogramStatistics s = statistics(sums);
  const Wide total = s.total;
  // (3σ · kParts)² = 9 kParts² (n Σp² − (Σp)²) / n², whole part and remainder apart so that 128
  // bits hold both.
  const Wide spread = total * s.squares - static_cast<Wide>(s.sum) * s.sum;
  const Wide factor = 9 * static_cast<Wide>(kParts) * kParts;
  const Wide scaled =
      factor * (spread / (total * total)) + factor * (spread % (total * total)) / (total * total);
  const Rational half(static_cast<std::int64_t>(root(scaled)), kParts);
  const Rational mean(floor_div(s.sum * kParts, s.total), kParts);
  return {mean - half, mean + half};
}

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

Ends percentile(const Histogram& sums, const Rational& percentile) {
  const Rational outside = (Rational(100) - percentile) / Rational(200);
  return {quantile(sums, outside), quantile(sums, Rational(1) - outside)};
}

Ends ends_of(RangeMethod method, const LayerStatistics& layer, const StatisticOptions& options) {
  const HistogramStatistics s = statistics(layer.sums);
  switch (method) {
    case RangeMethod::kMinMax:
      return {s.smallest, s.largest};
    case RangeMethod::kThreeSigma:
      return three_sigma(layer.sums);
    case RangeMethod::kPercentile:
      return percentile(layer.sums, options.percentile);
    case RangeMethod::kColumnBound:
      return {layer.column_low, layer.column_high};
    default:
      fail_usage("range method {} does not follow from statistics", name_of(method));
  }
}

/// `spec` over what the method takes for its range.
AdcSpec between_ends(RangeMethod method, AdcSpec spec, const LayerStatistics& layer,
                     const StatisticOptions& options) {
  const Ends ends = ends_of(method, layer, options);
  spec.centre = std::clamp((ends.low + ends.high) / Rational(2), Rational(layer.layer.minimum),
                           Rational(layer.layer.maximum));
  spec.delta = std::clamp((ends.high - ends.low) / Rational(2), Rational(1, 2),
                          Rational(largest_sum(layer.layer)));
  return spec;
}

/// Nothing else of `spec` has a meaning over all sums.
AdcSpec full_range(const AdcSpec& spec) {
  AdcSpec full;
  full.quantizer = Quantizer::kFullRange;
  full.levels = spec.levels;
  full.sides = spec.sides;
  return full;
}

AdcSpec from_sums(RangeMethod method, AdcSpec spec, const LayerStatistics& layer,
                  const StatisticOptions& options) {
  if (statistics(layer.sums).total == 0)
    fail_usage("no partial sum was seen, so no range follows from them");
  switch (method) {
    case RangeMethod::kMse:
      spec.delta = delta_of_least_error(spec, layer.sums, options.delta_step);
      return spec;
    case RangeMethod::kCsnr:
      spec.delta = delta_of_least_output_error(spec, layer.output, options.delta_step);
      return spec;
    case RangeMethod::kLloydMax:
      return lloyd_max(spec.levels, layer.sums);
    case RangeMethod::kCsnrLloydMax:
      return csnr_lloyd_max(spec.levels, layer.output.parts);
    case RangeMethod::kThreeSigmaGaussian:
      return gaussian_levels(spec.levels, layer.sums);
    default:
      return between_ends(method, std::move(spec), layer, options);
  }
}

}  // namespace

AdcSpec range_from_statistics(RangeMethod method, AdcSpec spec, const LayerStatistics& layer,
                              const StatisticOptions& options) {
  if (method == RangeMethod::kFullRange) return full_range(spec);
  return with_context("layer " + layer.layer.name,
                      [&] { return from_sums(method, std::move(spec), layer, options); });
}

}  // namespace bitline
