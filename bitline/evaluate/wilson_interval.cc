#include "bitline/evaluate/wilson_interval.h"

#include <algorithm>
#include <cmath>

#include "bitline/base/fail.h"

namespace bitline {

Interval wilson_interval(std::int64_t correct, std::int64_t images) {
  BITLINE_CHECK_LT(0, images);
  const auto n = static_cast<double>(images);
  const double share = static_cast<double>(correct) / n;
  const double z2 = kZ95 * kZ95 / n;
  const double centre = (share + z2 / 2) / (1 + z2);
  const double half = kZ95 * std::sqrt(share * (1 - share) / n + z2 / (4 * n)) / (1 + z2);
  return {share, std::max(centre - half, 0.0), std::min(centre + half, 1.0)};
}

}  // namespace bitline
