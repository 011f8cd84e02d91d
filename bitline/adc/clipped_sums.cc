#include "bitline/adc/clipped_sums.h"

#include <algorithm>

namespace bitline {

std::pair<std::int64_t, std::int64_t> unclipped_sums(const CodeTable& table) {
  if (table.lossless || table.values.size() < 2) return {table.minimum, table.maximum};
  // v₀ − (v₁ − v₀) / 2 and its mirror image at the other end
  const auto border = [&table](std::int64_t outer, std::int64_t next) {
    return Rational(3 * outer - next, 2) * table.unit;
  };
  const std::vector<std::int32_t>& v = table.values;
  return {std::max(table.minimum, border(v[0], v[1]).ceil()),
          std::min(table.maximum, border(v[v.size() - 1], v[v.size() - 2]).floor())};
}

double ClippedSums::share() const {
  return total > 0 ? static_cast<double>(clipped) / static_cast<double>(total) : 0;
}

ClippedSums& ClippedSums::operator+=(const ClippedSums& other) {
  clipped += other.clipped;
  total += other.total;
  return *this;
}

ClippedSums count_clipped(const CodeTable& table, const Histogram& seen) {
  const auto [first, last] = unclipped_sums(table);
  ClippedSums sums;
  for (std::int64_t p = seen.minimum(); p <= seen.maximum(); ++p) {
    sums.total += seen.count(p);
    if (p < first || p > last) sums.clipped += seen.count(p);
  }
  return sums;
}

}  // namespace bitline
