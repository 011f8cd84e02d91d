#include "bitline/search/stream_spread.h"

#include <algorithm>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

/// total² σ².
__int128 spread_of(const Histogram& sums) {
  const HistogramStatistics s = statistics(sums);
  return s.total * s.squares - static_cast<__int128>(s.sum) * s.sum;
}

std::vector<int> without_zeros(std::vector<int> shifts) {
  if (std::ranges::count(shifts, 0) == std::ssize(shifts)) shifts.clear();
  return shifts;
}

}  // namespace

std::vector<int> shifts_by_spread(std::span<const Histogram> streams) {
  std::vector<__int128> spreads;
  for (const Histogram& sums : streams) {
    BITLINE_CHECK_EQ(statistics(sums).total, statistics(streams.front()).total);
    spreads.push_back(spread_of(sums));
  }
  std::vector<int> shifts;
  for (const __int128 own : spreads) {
    __int128 quarter = std::ranges::max(spreads) / 4;
    int shift = 0;
    for (; own > 0 && own <= quarter; quarter /= 4) ++shift;
    shifts.push_back(shift);
  }
  return without_zeros(std::move(shifts));
}

std::vector<int> with_steps_of_one(std::vector<int> shifts, const Rational& step) {
  for (int& shift : shifts)
    while (shift > 0 && step < Rational(std::int64_t{1} << shift)) --shift;
  return without_zeros(std::move(shifts));
}

}  // namespace bitline
