// Which partial sums a column can give.
#pragma once

#include <cstdint>

namespace bitline {

/// The possible partial sums of a column: minimum, minimum + step … maximum.
struct SumRange {
  std::int64_t minimum = 0;  ///< smallest possible sum
  std::int64_t maximum = 0;  ///< largest possible sum
  /// 1, or 2 where sums of one parity alone are possible, as those of an even number of −1 and +1.
  std::int64_t step = 1;

  /// Largest possible |p|.
  std::int64_t magnitude() const { return maximum > -minimum ? maximum : -minimum; }
  /// How many sums are possible.
  std::int64_t count() const { return (maximum - minimum) / step + 1; }

  friend bool operator==(const SumRange&, const SumRange&) = default;
};

}  // namespace bitline
