#include "bitline/search/running_moments.h"

#include <algorithm>

namespace bitline {

__int128 Moments::squared_error(std::int64_t numerator, std::int64_t denominator) const {
  const __int128 value = numerator;
  return squares * denominator * denominator - 2 * value * denominator * sum +
         value * value * count;
}

RunningMoments::RunningMoments(const Histogram& sums) : minimum_(sums.minimum()) {
  Moments total;
  below_.push_back(total);
  for (std::int64_t p = sums.minimum(); p <= sums.maximum(); ++p) {
    const std::int64_t count = sums.count(p);
    total.count += count;
    total.sum += p * count;
    total.squares += static_cast<__int128>(p) * p * count;
    below_.push_back(total);
  }
}

const Moments& RunningMoments::below(std::int64_t bound) const {
  const std::int64_t last = std::ssize(below_) - 1;
  return below_[static_cast<std::size_t>(std::clamp<std::int64_t>(bound - minimum_, 0, last))];
}

}  // namespace bitline
