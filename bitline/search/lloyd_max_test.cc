#include "bitline/search/lloyd_max.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <optional>

#include "bitline/testing/expect_error.h"
#include "bitline/testing/histograms.h"

namespace bitline {
namespace {

using test::arbitrary_histogram;
using test::error_of;
using test::expect_error;
using test::many_times;
using test::parts_of_256;
using test::seen;

using Integers = std::vector<std::int64_t>;

// Five sums fall into three runs in six ways. Σp² − (Σp)²/n of each run, added up:
//   0 | 1 | 4 5 7 7   0 + 0 + (139 − 23²/4) = 6.75
//   0 | 1 4 | 5 7 7   0 + 4.5 + (123 − 19²/3) = 7.17
//   0 | 1 4 5 | 7 7   0 + (42 − 10²/3) + 0 = 8.67
//   0 1 | 4 | 5 7 7   0.75 + 0 + 2.67 = 3.42
//   0 1 | 4 5 | 7 7   0.75 + 0.5 + 0 = 1.25
//   0 1 4 | 5 | 7 7   (17 − 5²/5) + 0 + 0 = 12
// with 0 three times. Means ¼, 4½, 7; half-way between them 2.375 and 5.75.
TEST(LloydMax, CutsTheSumsWhereTheErrorIsLeast) {
  const Histogram sums = seen({{0, 3}, {1, 1}, {4, 1}, {5, 1}, {7, 2}});
  const AdcSpec spec = lloyd_max(3, sums);
  EXPECT_EQ(spec.quantizer, quantizers::kTable);
  EXPECT_EQ(spec.levels, 3);
  EXPECT_EQ(spec.table_thresholds, (Integers{3, 6}));
  EXPECT_EQ(spec.table_values, (std::vector<Rational>{Rational(1, 4), Rational(9, 2), 7}));
  EXPECT_EQ(error_of(spec, sums), Rational(5, 4));
}

TEST(LloydMax, RoundsMeansToTheNearestPartOf256AndAHalfUp) {
  // 0, 0, 1: 256/3 = 85.33
  EXPECT_EQ(lloyd_max(2, seen({{0, 2}, {1, 1}, {8, 1}})).table_values, parts_of_256({85, 2048}));
  // 511 times 0 and once 1: 256/512
  EXPECT_EQ(lloyd_max(2, seen({{0, 511}, {1, 1}, {8, 1}})).table_values, parts_of_256({1, 2048}));
  EXPECT_EQ(lloyd_max(2, seen({{-1, 1}, {0, 511}, {8, 1}})).table_values, parts_of_256({0, 2048}));
}

// 0 | 1 2 and 0 1 | 2 both leave ½; half-way between 0 and 1½ lies ¾, between ½ and 2 lies 1¼.
TEST(LloydMax, OfEqualPartitionsTakesTheLowerThreshold) {
  const AdcSpec spec = lloyd_max(2, seen({{0, 1}, {1, 1}, {2, 1}}));
  EXPECT_EQ(spec.table_thresholds, (Integers{1}));
  EXPECT_EQ(spec.table_values, parts_of_256({0, 384}));
}

TEST(LloydMax, SumsHalfWayBetweenTwoValuesGoUp) {
  EXPECT_EQ(lloyd_max(2, seen({{-4, 1}, {0, 1}})).table_thresholds, (Integers{-2}));
  EXPECT_EQ(lloyd_max(2, seen({{0, 1}, {5, 1}})).table_thresholds, (Integers{3}));
}

TEST(LloydMax, SpareCodesLieAboveEveryPossibleSum) {
  const AdcSpec spec = lloyd_max(4, seen({{-1, 7}, {4, 2}}));  // 1.5 lies half-way
  EXPECT_EQ(spec.table_thresholds, (Integers{2, 9, 9}));
  EXPECT_EQ(spec.table_values, (std::vector<Rational>{-1, 4, 4, 4}));
  EXPECT_EQ(make_code_table(spec, {-8, 8}).levels(), 4);
  const AdcSpec one = lloyd_max(3, seen({{5, 2}}));
  EXPECT_EQ(one.table_thresholds, (Integers{9, 9}));
  EXPECT_EQ(one.table_values, (std::vector<Rational>{5, 5, 5}));
}

// m neighbouring sums, once each, leave (m³ − m)/12 around their middle. That is convex in m, so
// the best of 32 bins over 28,800 sums are equal ones: 900 sums each, 449½ from their start to the
// middle. Half-way between two middles lies half a sum below the start of a bin.
TEST(LloydMax, EqualCountsOf28800SumsGiveEqualBins) {
  Histogram sums(-14400, 14400);
  for (std::int64_t p = -14400; p < 14400; ++p) sums.add(p);
  const AdcSpec spec = lloyd_max(32, sums);
  for (std::int64_t k = 0; k < 32; ++k) {
    const auto code = static_cast<std::size_t>(k);
    const std::int64_t start = -14400 + 900 * k;
    EXPECT_EQ(spec.table_values[code], Rational(start) + Rational(899, 2));
    if (k == 0) continue;
    EXPECT_EQ(spec.table_thresholds[code - 1], start);
  }
}

/// The definition: runs of the sums that were seen, each with the better one of the two values next
/// to its mean.
class AllPartitions {
 public:
  explicit AllPartitions(const Histogram& sums) : sums_(sums) {
    for (std::int64_t p = sums.minimum(); p <= sums.maximum(); ++p)
      if (sums.count(p) > 0) seen_.push_back(p);
  }
  std::size_t size() const { return seen_.size(); }

  /// Of the first `end` sums in this many runs. Starts are those of the runs but the first, the
  /// last run's start first; a lower one comes first and stays where it is as good.
  struct Best {
    Rational error = 0;
    Integers starts;
  };
  Best best(std::size_t end, std::int64_t runs) const {
    if (runs == 1) return {error(0, end), {}};
    std::optional<Best> found;
    for (auto start = static_cast<std::size_t>(runs - 1); start < end; ++start) {
      Best candidate = best(start, runs - 1);
      candidate.error = candidate.error + error(start, end);
      candidate.starts.insert(candidate.starts.begin(), seen_[start]);
      if (!found || candidate.error < found->error) found = candidate;
    }
    return *found;
  }

 private:
  Rational error(std::size_t first, std::size_t last) const {
    std::int64_t count = 0, sum = 0;
    for (std::size_t i = first; i < last; ++i) {
      count += sums_.count(seen_[i]);
      sum += seen_[i] * sums_.count(seen_[i]);
    }
    const Rational mean(256 * sum, count);
    const auto at = [&](const Rational& value) {
      Rational total = 0;
      for (std::size_t i = first; i < last; ++i) {
        const Rational off = Rational(seen_[i]) - value;
        total = total + Rational(sums_.count(seen_[i])) * off * off;
      }
      return total;
    };
    return std::min(at(Rational(mean.floor(), 256)), at(Rational(mean.ceil(), 256)));
  }

  const Histogram& sums_;
  Integers seen_;
};

TEST(LloydMax, IsTheBestOfAllPartitions) {
  EXPECT_TRUE(rc::check([] {
    const Histogram sums = arbitrary_histogram();
    const auto levels = *rc::gen::inRange<std::int64_t>(2, 8);
    const AllPartitions partitions(sums);
    const auto runs = std::min<std::int64_t>(levels, static_cast<std::int64_t>(partitions.size()));
    const AllPartitions::Best best = partitions.best(partitions.size(), runs);
    const AdcSpec spec = lloyd_max(levels, sums);
    RC_ASSERT(error_of(spec, sums) == best.error);
    const CodeTable table = make_code_table(spec, {sums.minimum(), sums.maximum()});
    std::int64_t code = runs;
    for (const std::int64_t start : best.starts) RC_ASSERT(table.code(start) == --code);
  }));
}

TEST(LloydMax, ManyConversionsOfTheSameDistributionGiveTheSameTable) {
  EXPECT_TRUE(rc::check([] {
    const Histogram sums = arbitrary_histogram();
    const auto levels = *rc::gen::inRange<std::int64_t>(2, 8);
    RC_ASSERT(lloyd_max(levels, many_times(sums)) == lloyd_max(levels, sums));
  }));
}

// Weighted by 1 and 8², 0 counts 64 + 64 times, 2 64 times and 6 64 times. 0 2 | 6 leaves
// 128 · (2/3)² + 64 · (4/3)² = 171 and 0 | 2 6 leaves 512. The mean of the first is 170.67 / 256.
TEST(CsnrLloydMax, WeighsAPartByWhatItAddsToTheOutput) {
  const std::vector<WeightedSums> parts = {{1, seen({{0, 64}, {6, 64}})},
                                           {8, seen({{0, 1}, {2, 1}})}};
  const AdcSpec spec = csnr_lloyd_max(2, parts);
  EXPECT_EQ(spec.table_values, (std::vector<Rational>{Rational(171, 256), 6}));
  EXPECT_EQ(spec.table_thresholds, (Integers{4}));
}

TEST(CsnrLloydMax, IsLloydMaxWhereAllPartsWeighTheSame) {
  EXPECT_TRUE(rc::check([] {
    const Histogram sums = arbitrary_histogram();
    const auto levels = *rc::gen::inRange<std::int64_t>(2, 8);
    const std::vector<WeightedSums> parts = {{-4, sums}, {4, sums}};
    RC_ASSERT(csnr_lloyd_max(levels, parts) == lloyd_max(levels, sums));
  }));
}

// 2^40 · 10^11 does not fit 64 bits.
TEST(CsnrLloydMax, WeightsThatDoNotFitKeepTheirProportions) {
  EXPECT_TRUE(rc::check([] {
    const Histogram sums = arbitrary_histogram();
    const auto levels = *rc::gen::inRange<std::int64_t>(2, 8);
    const std::vector<WeightedSums> parts = {{std::int64_t{1} << 20, many_times(sums)}};
    RC_ASSERT(csnr_lloyd_max(levels, parts) == lloyd_max(levels, sums));
  }));
}

TEST(LloydMax, RefusesLevelsThatNoAdcCanHaveAndTablesThatTakeTooLong) {
  expect_error(ErrorKind::kUsage, "levels 1 is below 2", [] { lloyd_max(1, seen({{0, 1}})); });
  Histogram sums(0, 28800);
  for (std::int64_t& count : sums.counts()) count = 1;
  // ⌊2^25 / 28,801⌋
  expect_error(ErrorKind::kUsage,
               "1250 levels for 28801 different sums are too many; choose at most 1165",
               [&] { lloyd_max(1250, sums); });
}

}  // namespace
}  // namespace bitline
