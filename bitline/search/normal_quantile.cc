#include "bitline/search/normal_quantile.h"

#include "bitline/base/fail.h"

namespace bitline {

// ∫ exp(−t²/2) dt = Σ_n (−1)^n z^(2n + 1) / (2^n n! (2n + 1)). For z ≤ 3 no power exceeds
// 3 · 4.5^4 / 4! < 2^6, so that a power in units of 2^-60 times z² in units of 2^-40 stays below
// 2^110. Each division loses less than a unit, which later terms multiply by z²/2n: at most 10
// units per term in all, and some 40 terms count.
std::int64_t normal_integral(std::int64_t z) {
  BITLINE_CHECK_LE(0, z);
  BITLINE_CHECK_LE(z, kTruncation);
  constexpr __int128 kSquareParts = static_cast<__int128>(kDeviationParts) * kDeviationParts;
  const __int128 square = static_cast<__int128>(z) * z;
  __int128 power = static_cast<__int128>(z) * (kIntegralParts / kDeviationParts);
  __int128 sum = 0;
  for (std::int64_t n = 0; power > 0; ++n) {
    if (n > 0) power = power * square / (kSquareParts * 2 * n);
    const __int128 term = power / (2 * n + 1);
    sum += n % 2 == 0 ? term : -term;
  }
  return static_cast<std::int64_t>(sum);
}

std::int64_t truncated_normal_quantile(std::int64_t numerator, std::int64_t denominator) {
  BITLINE_CHECK_LT(0, numerator);
  BITLINE_CHECK_LT(numerator, denominator);
  const std::int64_t beyond_median = 2 * numerator - denominator;
  if (beyond_median < 0) return -truncated_normal_quantile(denominator - numerator, denominator);
  const __int128 wanted = static_cast<__int128>(beyond_median) * normal_integral(kTruncation);
  std::int64_t low = 0, high = kTruncation;
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    const bool reached = static_cast<__int128>(denominator) * normal_integral(middle) <= wanted;
    (reached ? low : high) = middle;
  }
  return low;
}

}  // namespace bitline
