#include "bitline/evaluate/paired_difference.h"

#include <algorithm>
#include <cmath>

#include "bitline/base/fail.h"
#include "bitline/evaluate/wilson_interval.h"

namespace bitline {

Interval paired_difference(const std::vector<bool>& a, const std::vector<bool>& b) {
  BITLINE_CHECK_EQ(a.size(), b.size());
  BITLINE_CHECK_LT(0U, a.size());
  double only_a = 0;
  double only_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    only_a += a[i] && !b[i] ? 1 : 0;
    only_b += b[i] && !a[i] ? 1 : 0;
  }
  const auto n = static_cast<double>(a.size());
  const double value = (only_b - only_a) / n;
  const double adjusted = n + 2;  // half a pair in each of the four cells
  const double difference = (only_b - only_a) / adjusted;
  const double discordant = only_a + only_b + 1;
  const double half =
      kZ95 * std::sqrt(discordant / adjusted - difference * difference) / std::sqrt(adjusted);
  return {value, std::max(difference - half, -1.0), std::min(difference + half, 1.0)};
}

}  // namespace bitline
