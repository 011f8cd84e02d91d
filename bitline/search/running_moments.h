// Count, mean and squared error of any run of sums, exactly, from running totals of a histogram.
#pragma once

#include <cstdint>
#include <vector>

#include "bitline/adc/histogram.h"

namespace bitline {

/// Of some sums: how many there are, and Σ p and Σ p² over them.
struct Moments {
  std::int64_t count = 0;
  std::int64_t sum = 0;
  __int128 squares = 0;

  /// denominator² · Σ (p − numerator / denominator)²: the squared error of one level that stands
  /// for all these sums, as a whole number.
  __int128 squared_error(std::int64_t numerator, std::int64_t denominator) const;

  friend Moments operator-(const Moments& a, const Moments& b) {
    return {a.count - b.count, a.sum - b.sum, a.squares - b.squares};
  }
};

/// The moments of all sums below a bound, in one step for any bound.
class RunningMoments {
 public:
  explicit RunningMoments(const Histogram& sums);
  const Moments& all() const { return below_.back(); }
  /// Of the sums p < bound.
  const Moments& below(std::int64_t bound) const;

 private:
  std::int64_t minimum_;
  std::vector<Moments> below_;
};

}  // namespace bitline
