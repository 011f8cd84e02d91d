#include <cmath>

#include "bitline/search/between_ends.h"
#include "bitline/search/range_method.h"

namespace bitline {
namespace {

using Wide = __int128;

/// Ends that are no whole numbers lie on multiples of this.
constexpr std::int64_t kParts = 1024;

/// ⌊√x⌋.
Wide root(Wide x) {
  auto guess = static_cast<Wide>(std::sqrt(static_cast<long double>(x)));
  while (guess * guess > x) --guess;
  while ((guess + 1) * (guess + 1) <= x) ++guess;
  return guess;
}

/// μ and 3σ, each rounded down to a multiple of 1/kParts.
RangeEnds three_sigma(const Histogram& sums) {
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

AdcSpec adc(const AdcSpec& spec, const LayerStatistics& layer, const StatisticOptions&) {
  return between_ends(spec, three_sigma(layer.sums), layer.layer);
}

}  // namespace

const RangeMethodPolicy range_methods::kThreeSigma{.name = "three-sigma",
                                                   .meaning = "from μ − 3σ to μ + 3σ of the sums",
                                                   .gives_centres = true,
                                                   .adc = adc};

}  // namespace bitline
