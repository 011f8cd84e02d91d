// A layer's range and its columns' bias against all that there are.
#include "bitline/search/column_bias.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdlib>
#include <optional>

#include "bitline/adc/code_table.h"
#include "bitline/base/error.h"
#include "bitline/base/parallel.h"

namespace bitline {
namespace {

using Columns = std::vector<ColumnSums::Column>;

ColumnSums sums_of(const SumRange& possible, const SumRange& seen, const SumRange& biases,
                   const Columns& columns) {
  return {possible, seen, biases, std::ssize(columns),
          [&columns](std::int64_t column) { return columns[static_cast<std::size_t>(column)]; }};
}

/// N² times the variance of the error of one column, sum by sum.
Rational variance(const CodeTable& table, const SumRange& seen, std::int64_t h,
                  const std::vector<std::int64_t>& counts) {
  Rational square = 0;
  Rational mean = 0;
  std::int64_t total = 0;
  for (std::size_t bin = 0; bin < counts.size(); ++bin) {
    const std::int64_t p = seen.minimum + static_cast<std::int64_t>(bin);
    const Rational error = Rational(table.value(p + h)) * table.unit - Rational(p);
    square = square + Rational(counts[bin]) * error * error;
    mean = mean + Rational(counts[bin]) * error;
    total += counts[bin];
  }
  return Rational(total) * square - mean * mean;
}

struct Fit {
  Rational delta = 0;
  std::vector<std::int32_t> bias;
  Rational error = 0;
};

/// Every δ, and for it every h of every column.
Fit brute_force(AdcSpec spec, const ColumnSums& sums, const Columns& columns) {
  std::optional<Fit> best;
  for (std::int64_t delta = 1; delta <= sums.possible.magnitude(); ++delta) {
    spec.delta = delta;
    const CodeTable table = make_code_table(spec, sums.possible);
    Fit fit{delta, {}, 0};
    for (const ColumnSums::Column& column : columns) {
      std::int64_t nearest = sums.biases.minimum;
      Rational least = variance(table, sums.seen, nearest, column.counts);
      for (std::int64_t h = sums.biases.minimum; h <= sums.biases.maximum; h += sums.biases.step) {
        const Rational own = variance(table, sums.seen, h, column.counts);
        if (own > least || (own == least && std::abs(h) >= std::abs(nearest))) continue;
        least = own;
        nearest = h;
      }
      fit.bias.push_back(static_cast<std::int32_t>(nearest));
      fit.error = fit.error + Rational(column.weight * column.weight) * least;
    }
    if (!best || fit.error <= best->error) best = fit;
  }
  return *best;
}

TEST(FitColumnBias, IsThatOfBruteForce) {
  EXPECT_TRUE(rc::check([] {
    const auto draw = [](std::int64_t least, std::int64_t most) {
      return *rc::gen::inRange<std::int64_t>(least, most + 1);
    };
    const SumRange possible{-draw(0, 9), draw(1, 9)};
    const SumRange seen{-draw(0, -possible.minimum), draw(0, possible.maximum)};
    SumRange biases{-draw(0, 4), draw(0, 4)};
    if (draw(0, 1) == 1) biases = {-4, 4, 2};
    AdcSpec spec;
    spec.quantizer = draw(0, 1) == 0 ? quantizers::kZeroTread : quantizers::kZeroRise;
    spec.levels = draw(2, 5);
    Columns columns(static_cast<std::size_t>(draw(1, 20)));
    for (ColumnSums::Column& column : columns) {
      column.weight = draw(-4, 4);
      for (std::int64_t p = seen.minimum; p <= seen.maximum; ++p)
        column.counts.push_back(draw(0, 5));
    }
    const ColumnSums sums = sums_of(possible, seen, biases, columns);
    const Fit expected = brute_force(spec, sums, columns);
    const AdcSpec fitted = fit_column_bias(spec, sums, 1);
    RC_ASSERT(fitted.delta == expected.delta);
    RC_ASSERT(fitted.column_bias == expected.bias);
  }));
}

// Each column has two sums, 4 apart; a comparator between them loses nothing at Δ = 4.
TEST(FitColumnBias, PutsOneComparatorIntoTheMiddleOfEachColumn) {
  const Columns columns{{1, {5, 0, 0, 0, 5, 0, 0, 0, 0}}, {2, {0, 0, 0, 7, 0, 0, 0, 3, 0}}};
  AdcSpec spec;
  spec.quantizer = quantizers::kZeroRise;  // values −Δ/2 and Δ/2, Δ = δ, threshold 0
  spec.levels = 2;
  const AdcSpec fitted = fit_column_bias(spec, sums_of({-4, 4}, {-4, 4}, {-8, 8}, columns), 1);
  const CodeTable table = make_code_table(
      [&] {
        AdcSpec shared = fitted;
        shared.column_bias.clear();
        return shared;
      }(),
      {-4, 4});
  const auto gap = [&](std::int64_t low, std::int64_t high, std::size_t column) {
    const std::int64_t h = fitted.column_bias[column];
    return (table.value(high + h) - table.value(low + h)) * table.unit;
  };
  EXPECT_EQ(gap(-4, 0, 0), Rational(4));
  EXPECT_EQ(gap(-1, 3, 1), Rational(4));
}

/// Σ c_i² N² variance under a table and a bias.
Rational error_of(const AdcSpec& fitted, const ColumnSums& sums, const Columns& columns) {
  AdcSpec shared = fitted;
  shared.column_bias.clear();
  const CodeTable table = make_code_table(shared, sums.possible);
  Rational error = 0;
  for (std::size_t i = 0; i < columns.size(); ++i)
    error = error + Rational(columns[i].weight * columns[i].weight) *
                        variance(table, sums.seen, fitted.column_bias[i], columns[i].counts);
  return error;
}

// Two sums 6 apart, at other places in each column: two levels 6 apart lose nothing.
TEST(FitColumnLevels, FindsLevelsAndPlacesThatLoseNothing) {
  const Columns columns{{1, {3, 0, 0, 0, 0, 0, 1, 0, 0}}, {4, {0, 0, 3, 0, 0, 0, 0, 0, 1}}};
  const ColumnSums sums = sums_of({-4, 4}, {-4, 4}, {-8, 8}, columns);
  const AdcSpec fitted = fit_column_levels(2, sums);
  EXPECT_EQ(error_of(fitted, sums, columns), Rational(0));
}

TEST(FitColumnLevels, LosesNoMoreThanLevelsThatAllColumnsShare) {
  EXPECT_TRUE(rc::check([] {
    const auto draw = [](std::int64_t least, std::int64_t most) {
      return *rc::gen::inRange<std::int64_t>(least, most + 1);
    };
    const SumRange seen{-draw(0, 5), draw(1, 5)};
    Columns columns(static_cast<std::size_t>(draw(1, 12)));
    for (ColumnSums::Column& column : columns) {
      column.weight = draw(1, 4);
      for (std::int64_t p = seen.minimum; p <= seen.maximum; ++p)
        column.counts.push_back(draw(0, 5));
      column.counts.front() += 1;
    }
    const std::int64_t levels = draw(2, 4);
    const AdcSpec own = fit_column_levels(levels, sums_of({-6, 6}, seen, {-3, 3}, columns));
    const ColumnSums none = sums_of({-6, 6}, seen, {0, 0}, columns);
    RC_ASSERT(error_of(own, none, columns) <=
              error_of(fit_column_levels(levels, none), none, columns));
  }));
}

TEST(FitColumnBias, DoesNotDependOnThreads) {
  Columns columns;
  for (std::int64_t i = 0; i < 100; ++i)
    columns.push_back({1 + i % 3, {i % 7, 3, i % 5, 1, i % 2}});
  AdcSpec spec;
  spec.levels = 3;
  const ColumnSums sums = sums_of({-2, 2}, {-2, 2}, {-1, 1}, columns);
  const int before = thread_count();
  set_thread_count(1);
  const AdcSpec alone = fit_column_bias(spec, sums, 1);
  set_thread_count(3);
  EXPECT_EQ(fit_column_bias(spec, sums, 1), alone);
  const AdcSpec table = fit_column_levels(3, sums);
  set_thread_count(1);
  EXPECT_EQ(fit_column_levels(3, sums), table);
  set_thread_count(before);
}

TEST(FitColumnBias, RefusesSumsThatItsIntegersDoNotHold) {
  const Columns none;
  EXPECT_THAT(
      [&] {
        fit_column_bias({}, sums_of({0, 40000}, {0, 1}, {0, 0}, none), 1);
      },
      testing::ThrowsMessage<Error>(testing::HasSubstr("sums of up to 40000")));
}

}  // namespace
}  // namespace bitline
