#include "bitline/adc/histogram.h"

#include <cmath>

#include "bitline/base/fail.h"

namespace bitline {

Histogram::Histogram(std::int64_t minimum, std::int64_t maximum) : minimum_(minimum) {
  BITLINE_CHECK_LE(minimum, maximum);
  counts_.assign(static_cast<std::size_t>(maximum - minimum + 1), 0);
}

std::size_t Histogram::index_of(std::int64_t p) const {
  BITLINE_CHECK_LE(minimum_, p);
  BITLINE_CHECK_LE(p, maximum());
  return static_cast<std::size_t>(p - minimum_);
}

void Histogram::add(std::int64_t p, std::int64_t count) { counts_[index_of(p)] += count; }

void Histogram::add(const Histogram& other) {
  BITLINE_CHECK_EQ(minimum_, other.minimum_);
  BITLINE_CHECK_EQ(counts_.size(), other.counts_.size());
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

std::int64_t Histogram::count(std::int64_t p) const { return counts_[index_of(p)]; }

HistogramStatistics statistics(const Histogram& histogram) {
  HistogramStatistics result;
  for (std::int64_t p = histogram.minimum(); p <= histogram.maximum(); ++p) {
    const std::int64_t count = histogram.count(p);
    if (count == 0) continue;
    if (result.total == 0) result.smallest = p;
    result.largest = p;
    result.total += count;
    result.sum += p * count;
    result.squares += static_cast<__int128>(p) * p * count;
    if (p == 0) result.zero_share = static_cast<double>(count);
  }
  if (result.total == 0) return result;
  const auto total = static_cast<double>(result.total);
  const __int128 sum = result.sum;
  result.mean = static_cast<double>(result.sum) / total;
  result.deviation =
      std::sqrt(static_cast<double>(result.total * result.squares - sum * sum)) / total;
  result.zero_share /= total;
  return result;
}

}  // namespace bitline
