// Exact counts of partial sums.
#pragma once

#include <cstdint>
#include <vector>

namespace bitline {

/// counts[p − minimum] conversions gave the partial sum p. Adding histograms is exact, so threads
/// and processes may fill their own.
class Histogram {
 public:
  /// Holds no sum at all: every add throws.
  Histogram() = default;
  /// All counts 0. Throws Error unless minimum ≤ maximum.
  Histogram(std::int64_t minimum, std::int64_t maximum);

  std::int64_t minimum() const { return minimum_; }  ///< smallest sum of the range
  /// Largest sum of the range; minimum() − 1 where there is none.
  std::int64_t maximum() const { return minimum_ + static_cast<std::int64_t>(counts_.size()) - 1; }
  /// Throws Error when p lies outside the range.
  void add(std::int64_t p, std::int64_t count = 1);
  /// Throws Error when the ranges differ.
  void add(const Histogram& other);
  /// Throws Error when p lies outside the range.
  std::int64_t count(std::int64_t p) const;
  /// @{
  /// The counts, from that of minimum() to that of maximum().
  const std::vector<std::int64_t>& counts() const { return counts_; }
  std::vector<std::int64_t>& counts() { return counts_; }
  /// @}

 private:
  std::size_t index_of(std::int64_t p) const;

  std::int64_t minimum_ = 0;
  std::vector<std::int64_t> counts_;
};

/// Exact and derived statistics. All are 0 for an empty histogram.
struct HistogramStatistics {
  std::int64_t total = 0;  ///< conversions
  std::int64_t sum = 0;    ///< Σ p · count
  /// Σ p² · count. 128 bits hold total · squares for 10^13 conversions of sums up to 10^5.
  __int128 squares = 0;
  std::int64_t smallest = 0;  ///< smallest sum seen
  std::int64_t largest = 0;   ///< largest sum seen
  double mean = 0;            ///< sum / total
  double deviation = 0;       ///< population standard deviation, from exact integer sums
  double zero_share = 0;      ///< share of conversions with p = 0
};

/// Of all conversions that were counted.
HistogramStatistics statistics(const Histogram& histogram);

}  // namespace bitline
