#include "bitline/search/gaussian_levels.h"

#include <utility>
#include <vector>

#include "bitline/base/fail.h"
#include "bitline/search/level_table.h"
#include "bitline/search/normal_quantile.h"

namespace bitline {
namespace {

using Wide = __int128;
using Unsigned = unsigned __int128;

/// A product of 256 bits: the high half, the low half.
using Product = std::pair<Unsigned, Unsigned>;

Product product(Unsigned a, Unsigned b) {
  constexpr int kHalf = 64;
  constexpr auto low_half = [](Unsigned x) { return x & ((Unsigned{1} << kHalf) - 1); };
  const Unsigned low = low_half(a) * low_half(b);
  const Unsigned left = (a >> kHalf) * low_half(b) + (low >> kHalf);
  const Unsigned right = low_half(a) * (b >> kHalf) + low_half(left);
  return {(a >> kHalf) * (b >> kHalf) + (left >> kHalf) + (right >> kHalf),
          (right << kHalf) + low_half(low)};
}

int sign(Wide x) { return (x > 0 ? 1 : 0) - (x < 0 ? 1 : 0); }
Unsigned magnitude(Wide x) { return static_cast<Unsigned>(x < 0 ? -x : x); }

/// The Gaussian with the mean and the deviation of some sums.
class Gaussian {
 public:
  /// n² σ² = n Σp² − (Σp)².
  explicit Gaussian(const HistogramStatistics& sums)
      : count_(sums.total),
        sum_(sums.sum),
        spread_(count_ * sums.squares - static_cast<Wide>(sum_) * sum_) {}

  /// The sign of whole − parts · (μ + z σ), z in units of 1/kDeviationParts, exactly: both terms
  /// times n, and parts · n μ on the left.
  int compare(Wide whole, std::int64_t parts, std::int64_t z) const {
    const Wide left = kDeviationParts * (whole * count_ - static_cast<Wide>(parts) * sum_);
    const Wide factor = static_cast<Wide>(parts) * z;  // of nσ on the right
    const int side = sign(left);
    const int right_side = spread_ == 0 ? 0 : sign(factor);
    if (side != right_side) return sign(side - right_side);
    const Product left_square = product(magnitude(left), magnitude(left));
    const Product right_square = product(magnitude(factor) * magnitude(factor), magnitude(spread_));
    if (left_square == right_square) return 0;
    return left_square < right_square ? -side : side;
  }

  /// The first p in [low, high) with p ≥ μ + z σ, or else `high`.
  std::int64_t threshold(std::int64_t z, std::int64_t low, std::int64_t high) const {
    return first(low, high, [&](std::int64_t p) { return compare(p, 1, z) >= 0; });
  }

  /// μ + z σ in units of 1/kValueParts, to the nearest in [low, high], a half up.
  std::int64_t value(std::int64_t z, std::int64_t low, std::int64_t high) const {
    return first(low, high, [&](std::int64_t v) {
      return compare(2 * static_cast<Wide>(v) + 1, 2 * kValueParts, z) > 0;
    });
  }

 private:
  template <typename Predicate>
  static std::int64_t first(std::int64_t low, std::int64_t high, const Predicate& holds) {
    while (low < high) {
      const std::int64_t middle = low + (high - low) / 2;
      if (holds(middle))
        high = middle;
      else
        low = middle + 1;
    }
    return low;
  }

  std::int64_t count_, sum_;
  Wide spread_;
};

}  // namespace

AdcSpec gaussian_levels(std::int64_t levels, const Histogram& sums) {
  check_levels(levels);
  const HistogramStatistics seen = statistics(sums);
  BITLINE_CHECK_LT(0, seen.total);
  const Gaussian gaussian(seen);
  const std::int64_t minimum = sums.minimum(), maximum = sums.maximum();
  std::vector<std::int64_t> thresholds, values;
  for (std::int64_t k = 0; k < levels; ++k) {
    if (k > 0)
      thresholds.push_back(
          gaussian.threshold(truncated_normal_quantile(k, levels), minimum, maximum + 1));
    values.push_back(gaussian.value(truncated_normal_quantile(2 * k + 1, 2 * levels),
                                    kValueParts * minimum, kValueParts * maximum));
  }
  return level_table(std::move(thresholds), values);
}

}  // namespace bitline
