#include "bitline/search/column_bias.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <numeric>
#include <optional>
#include <utility>

#include "bitline/adc/code_table.h"
#include "bitline/base/fail.h"
#include "bitline/base/parallel.h"
#include "bitline/search/lloyd_max.h"

namespace bitline {
namespace {

using Wide = __int128;

/// An ADC of one δ, its values in units of 1 / denominator, the same for all δ.
struct Level {
  Rational delta;
  std::vector<std::int64_t> thresholds;
  std::vector<std::int64_t> values;
};

struct Levels {
  std::vector<Level> all;
  std::int64_t denominator = 1;
};

Levels levels_of(AdcSpec spec, const SumRange& sums, const Rational& delta_step) {
  Levels levels;
  std::vector<CodeTable> tables;
  const Rational limit = sums.magnitude();
  for (Rational delta = delta_step; delta <= limit; delta = delta + delta_step) {
    spec.delta = delta;
    tables.push_back(make_code_table(spec, sums));
    levels.denominator = std::lcm(levels.denominator, tables.back().unit.denominator());
    levels.all.push_back({delta, tables.back().thresholds, {}});
  }
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const Rational unit = tables[i].unit * Rational(levels.denominator);
    for (const std::int32_t value : tables[i].values)
      levels.all[i].values.push_back(value * unit.numerator());
  }
  return levels;
}

/// Running totals over a column's sums, so that a code costs a difference.
class Totals {
 public:
  Totals(const std::vector<std::int64_t>& counts, const SumRange& seen, std::int64_t denominator)
      : first_(seen.minimum), denominator_(denominator), counts_{0}, sums_{0} {
    for (std::size_t bin = 0; bin < counts.size(); ++bin) {
      const std::int64_t p = first_ + static_cast<std::int64_t>(bin);
      counts_.push_back(counts_.back() + counts[bin]);
      sums_.push_back(sums_.back() + counts[bin] * p);
      squares_ += static_cast<Wide>(counts[bin]) * p * p;
    }
  }

  /// N² var(value(code(p + h)) − p) · denominator², N being the number of sums.
  Wide variance(const Level& level, std::int64_t h) const {
    Wide square = squares_ * denominator_ * denominator_;
    Wide mean = -static_cast<Wide>(sums_.back()) * denominator_;
    std::size_t begin = 0;
    for (std::size_t code = 0; code < level.values.size(); ++code) {
      const std::size_t end =
          code < level.thresholds.size() ? bin_of(level.thresholds[code] - h) : counts_.size() - 1;
      const Wide value = level.values[code];
      const std::int64_t count = counts_[end] - counts_[begin];
      square += value * (value * count - Wide{2} * denominator_ * (sums_[end] - sums_[begin]));
      mean += value * count;
      begin = end;
    }
    return counts_.back() * square - mean * mean;
  }

 private:
  std::size_t bin_of(std::int64_t p) const {
    return static_cast<std::size_t>(
        std::clamp<std::int64_t>(p - first_, 0, std::ssize(counts_) - 1));
  }

  std::int64_t first_;
  std::int64_t denominator_;
  std::vector<std::int64_t> counts_, sums_;  // below each bin
  Wide squares_ = 0;
};

/// The h of least variance under a level.
struct Best {
  std::int64_t h = 0;
  Wide variance = -1;  ///< −1: none yet
};

Best best_bias(const Totals& totals, const Level& level, const SumRange& biases) {
  Best best;
  for (std::int64_t h = biases.minimum; h <= biases.maximum; h += biases.step) {
    const Wide variance = totals.variance(level, h);
    const bool nearer = variance == best.variance && std::abs(h) < std::abs(best.h);
    if (best.variance < 0 || variance < best.variance || nearer) best = {h, variance};
  }
  return best;
}

/// h beyond which every sum of the column has the same code, whatever δ.
SumRange useful_biases(const ColumnSums& sums) {
  const std::int64_t most = sums.possible.magnitude() + sums.seen.magnitude() + 1;
  SumRange biases = sums.biases;
  while (biases.minimum < -most) biases.minimum += biases.step;
  while (biases.maximum > most) biases.maximum -= biases.step;
  return biases;
}

void check_size(const SumRange& sums) {
  constexpr std::int64_t kLargest = 1 << 15;
  if (sums.magnitude() > kLargest)
    fail_usage("sums of up to {} are more than {}, for which columns get a bias; drive fewer rows",
               sums.magnitude(), kLargest);
}

/// The best h of every column under a level, and Σ c_i² variance.
struct Biases {
  std::vector<std::int32_t> h;
  Wide error = 0;
};

constexpr std::int64_t kColumnsAtOnce = 16;

Biases best_biases(const ColumnSums& sums, const Level& level, std::int64_t denominator) {
  const SumRange possible = useful_biases(sums);
  Biases biases{std::vector<std::int32_t>(static_cast<std::size_t>(sums.columns)), 0};
  std::mutex mutex;
  parallel_for(0, sums.columns, kColumnsAtOnce, [&](std::int64_t begin, std::int64_t end) {
    Wide error = 0;
    for (std::int64_t i = begin; i < end; ++i) {
      const ColumnSums::Column column = sums.column(i);
      const Best best = best_bias(Totals(column.counts, sums.seen, denominator), level, possible);
      biases.h[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(best.h);
      error += static_cast<Wide>(column.weight) * column.weight * best.variance;
    }
    const std::lock_guard<std::mutex> lock(mutex);
    biases.error += error;
  });
  return biases;
}

/// p + h of all columns, those of one weight together.
std::vector<WeightedSums> shifted_sums(const ColumnSums& sums,
                                       const std::vector<std::int32_t>& biases) {
  const auto [least, most] = std::ranges::minmax(biases);
  std::map<std::int64_t, Histogram> by_weight;
  for (std::int64_t i = 0; i < sums.columns; ++i) {
    const ColumnSums::Column column = sums.column(i);
    const std::int64_t h = biases[static_cast<std::size_t>(i)];
    Histogram& histogram =
        by_weight
            .try_emplace(std::abs(column.weight),
                         Histogram(sums.seen.minimum + least, sums.seen.maximum + most))
            .first->second;
    for (std::size_t bin = 0; bin < column.counts.size(); ++bin)
      histogram.add(sums.seen.minimum + static_cast<std::int64_t>(bin) + h, column.counts[bin]);
  }
  std::vector<WeightedSums> parts;
  for (auto& [weight, histogram] : by_weight) parts.push_back({weight, std::move(histogram)});
  return parts;
}

/// Values of tables from csnr_lloyd_max() are multiples of 1/256.
constexpr std::int64_t kValueDenominator = 256;

Level level_of(const AdcSpec& spec) {
  Level level{0, spec.table_thresholds, {}};
  for (const Rational& value : spec.table_values)
    level.values.push_back((value * Rational(kValueDenominator)).numerator());
  return level;
}

}  // namespace

AdcSpec fit_column_bias(const AdcSpec& spec, const ColumnSums& sums, const Rational& delta_step) {
  check_size(sums.possible);
  const Levels levels = levels_of(spec, sums.possible, delta_step);
  const SumRange biases = useful_biases(sums);
  std::vector<Wide> errors(levels.all.size(), 0);
  std::mutex mutex;
  parallel_for(0, sums.columns, kColumnsAtOnce, [&](std::int64_t begin, std::int64_t end) {
    std::vector<Wide> own(levels.all.size(), 0);
    for (std::int64_t i = begin; i < end; ++i) {
      const ColumnSums::Column column = sums.column(i);
      const Totals totals(column.counts, sums.seen, levels.denominator);
      const Wide weight = static_cast<Wide>(column.weight) * column.weight;
      for (std::size_t level = 0; level < own.size(); ++level)
        own[level] += weight * best_bias(totals, levels.all[level], biases).variance;
    }
    const std::lock_guard<std::mutex> lock(mutex);
    for (std::size_t level = 0; level < own.size(); ++level) errors[level] += own[level];
  });
  std::size_t least = 0;
  for (std::size_t level = 1; level < errors.size(); ++level)
    if (errors[level] <= errors[least]) least = level;
  AdcSpec fitted = spec;
  fitted.delta = levels.all[least].delta;
  fitted.column_bias = best_biases(sums, levels.all[least], levels.denominator).h;
  return fitted;
}

AdcSpec fit_column_levels(std::int64_t levels, const ColumnSums& sums) {
  check_size(sums.possible);
  std::vector<std::int32_t> bias(static_cast<std::size_t>(sums.columns), 0);
  std::optional<Wide> least;
  AdcSpec fitted;
  for (int turn = 0; turn < kMostTurns; ++turn) {
    AdcSpec spec = csnr_lloyd_max(levels, shifted_sums(sums, bias));
    Biases biases = best_biases(sums, level_of(spec), kValueDenominator);
    if (least && biases.error >= *least) break;
    least = biases.error;
    bias = biases.h;
    fitted = std::move(spec);
    fitted.column_bias = std::move(biases.h);
  }
  return fitted;
}

}  // namespace bitline
