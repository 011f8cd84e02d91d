#include "bitline/search/lloyd_max.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "bitline/base/fail.h"
#include "bitline/search/level_table.h"
#include "bitline/search/running_moments.h"

namespace bitline {
namespace {

/// Of what the dynamic programme keeps to find its way back, 4 bytes each.
constexpr std::int64_t kMostEntries = std::int64_t{1} << 25;

template <typename Row>
auto& at(Row& row, std::int64_t index) {
  return row[static_cast<std::size_t>(index)];
}

/// The different sums that were seen, ascending. [first, last) are indices into them.
class SeenSums {
 public:
  explicit SeenSums(const Histogram& sums) {
    const RunningMoments moments(sums);
    for (std::int64_t p = sums.minimum(); p <= sums.maximum(); ++p)
      if (sums.count(p) > 0) before_.push_back(moments.below(p));
    before_.push_back(moments.all());
  }

  std::int64_t size() const { return std::ssize(before_) - 1; }

  /// The best value of one level for these sums, in units of 1/kValueParts: their mean to the
  /// nearest unit, a half up.
  std::int64_t value(std::int64_t first, std::int64_t last) const {
    const Moments bin = moments(first, last);
    const std::int64_t whole = floor_div(bin.sum, bin.count);
    const std::int64_t rest = bin.sum - whole * bin.count;
    return kValueParts * whole + (2 * kValueParts * rest + bin.count) / (2 * bin.count);
  }

  /// What that level leaves of these sums, in units of 1/kValueParts².
  __int128 error(std::int64_t first, std::int64_t last) const {
    return moments(first, last).squared_error(value(first, last), kValueParts);
  }

 private:
  Moments moments(std::int64_t first, std::int64_t last) const {
    return at(before_, last) - at(before_, first);
  }

  std::vector<Moments> before_;  ///< of the first 0, 1, 2 … sums
};

/// Cuts the sums into bins of least error, each of one sum and some extra ones. With e extra sums
/// in bins 0 … b together, bin b ends at b + 1 + e and bin b + 1 starts there.
class LeastErrorBins {
 public:
  LeastErrorBins(const SeenSums& seen, std::int64_t bins)
      : seen_(seen), extra_(seen.size() - bins), least_(entries()), previous_(entries()) {
    for (std::int64_t extra = 0; extra <= extra_; ++extra)
      at(least_, extra) = seen.error(0, 1 + extra);
    for (std::int64_t bin = 1; bin < bins; ++bin) {
      extra_before_.emplace_back(entries());
      least_.swap(previous_);
      add_bin(bin, {0, extra_}, {0, extra_});
    }
  }

  /// Where the bins start, and the end of the last one.
  std::vector<std::int64_t> borders() const {
    std::vector<std::int64_t> result = {seen_.size()};
    std::int64_t extra = extra_;
    for (std::int64_t bin = std::ssize(extra_before_); bin > 0; --bin) {
      extra = at(at(extra_before_, bin - 1), extra);
      result.push_back(bin + extra);
    }
    result.push_back(0);
    std::ranges::reverse(result);
    return result;
  }

 private:
  struct Span {
    std::int64_t first, last;
  };

  std::size_t entries() const { return static_cast<std::size_t>(extra_ + 1); }

  /// For all numbers of extra sums in `with`, up to this bin: how many of them the bins before best
  /// take, the fewest of equals. None of the answers lies outside `before`. Errors fulfil the
  /// quadrangle inequality ((5i) of docs/arithmetic.md), so that the answer does not fall where the
  /// number rises, and that of the middle narrows both halves.
  void add_bin(std::int64_t bin, Span with, Span before) {
    if (with.first > with.last) return;
    const std::int64_t middle = with.first + (with.last - with.first) / 2;
    const auto error = [&](std::int64_t extra) {
      return at(previous_, extra) + seen_.error(bin + extra, bin + 1 + middle);
    };
    std::int64_t best = before.first;
    __int128 least = error(best);
    for (std::int64_t extra = best + 1; extra <= std::min(before.last, middle); ++extra) {
      const __int128 candidate = error(extra);
      if (candidate >= least) continue;
      best = extra;
      least = candidate;
    }
    at(least_, middle) = least;
    at(extra_before_.back(), middle) = static_cast<std::int32_t>(best);
    add_bin(bin, {with.first, middle - 1}, {before.first, best});
    add_bin(bin, {middle + 1, with.last}, {best, before.last});
  }

  const SeenSums& seen_;
  std::int64_t extra_;
  std::vector<__int128> least_;     ///< error of the bins so far, by their extra sums
  std::vector<__int128> previous_;  ///< the same of one bin less
  std::vector<std::vector<std::int32_t>> extra_before_;  ///< of bins 1, 2 …, by extra sums with it
};

/// Each sum as often as it weighs in the squared error of an output.
Histogram weighted(std::span<const WeightedSums> parts) {
  Histogram sums(parts.front().sums.minimum(), parts.front().sums.maximum());
  std::vector<__int128> weights(sums.counts().size());
  for (const WeightedSums& part : parts)
    for (std::size_t i = 0; i < weights.size(); ++i)
      weights[i] += static_cast<__int128>(part.weight) * part.weight * part.sums.counts()[i];
  // Running totals of these times a sum, or times a value's parts, take 62 bits.
  const std::int64_t largest = std::max({-sums.minimum(), sums.maximum(), 2 * kValueParts});
  const __int128 most = (std::int64_t{1} << 61) / largest;
  int shift = 0;
  while (std::accumulate(weights.begin(), weights.end(), __int128{0}) >> shift > most) ++shift;
  for (std::size_t i = 0; i < weights.size(); ++i)
    if (weights[i] > 0)
      sums.counts()[i] = std::max<std::int64_t>(1, static_cast<std::int64_t>(weights[i] >> shift));
  return sums;
}

}  // namespace

AdcSpec csnr_lloyd_max(std::int64_t levels, std::span<const WeightedSums> parts) {
  return lloyd_max(levels, weighted(parts));
}

AdcSpec lloyd_max(std::int64_t levels, const Histogram& sums) {
  check_levels(levels);
  const SeenSums seen(sums);
  BITLINE_CHECK_LT(0, seen.size());
  const std::int64_t bins = std::min(levels, seen.size());
  if (seen.size() - bins + 1 > kMostEntries / bins)
    fail_usage("lloyd-max: {} levels for {} different sums are too many; choose at most {}", levels,
               seen.size(), kMostEntries / seen.size());
  const std::vector<std::int64_t> borders = LeastErrorBins(seen, bins).borders();
  std::vector<std::int64_t> thresholds, values;
  for (std::size_t bin = 0; bin + 1 < borders.size(); ++bin) {
    values.push_back(seen.value(borders[bin], borders[bin + 1]));
    // Half-way between two values; a sum there goes up.
    if (bin > 0) thresholds.push_back(ceil_div(values[bin - 1] + values[bin], 2 * kValueParts));
  }
  thresholds.resize(static_cast<std::size_t>(levels - 1), sums.maximum() + 1);
  values.resize(static_cast<std::size_t>(levels), values.back());
  return level_table(std::move(thresholds), values);
}

}  // namespace bitline
