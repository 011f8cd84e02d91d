#include "bitline/search/gaussian_levels.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>

#include "bitline/search/normal_quantile.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/histograms.h"

namespace bitline {
namespace {

using test::arbitrary_histogram;
using test::expect_error;
using test::many_times;
using test::parts_of_256;
using test::seen;

using Integers = std::vector<std::int64_t>;

// −1 and 3, once each, have μ = 1 and σ = 2. A share ½ + s of the truncated distribution is Φ(z) =
// ½ + s · 0.9973002 of the whole one. Tables of Φ⁻¹, corrected from ½ + s to that by the density:
//   s    1/8       1/6       1/4       1/3       3/8
//   z    0.317749  0.429490  0.672367  0.963826  1.145445
//   2z   0.635499  0.858980  1.344735  1.927652  2.290890
// Times 256, the values 1 ± 2z are:
//   1/4  −88.25, 600.25    1/3  −237.48, 749.48    1/8  93.31, 418.69    3/8  −330.47, 842.47
TEST(GaussianLevels, OfTwoMeetAtTheMean) {
  const AdcSpec spec = gaussian_levels(2, seen({{-1, 1}, {3, 1}}));
  EXPECT_EQ(spec.quantizer, quantizers::kTable);
  EXPECT_EQ(spec.levels, 2);
  EXPECT_EQ(spec.table_thresholds, (Integers{1}));         // on the border, and so above it
  EXPECT_EQ(spec.table_values, parts_of_256({-88, 600}));  // s = ∓1/4
}

TEST(GaussianLevels, OfThreeHaveOneAtTheMean) {
  const AdcSpec spec = gaussian_levels(3, seen({{-1, 1}, {3, 1}}));
  EXPECT_EQ(spec.table_thresholds, (Integers{1, 2}));            // s = ∓1/6: 0.14 and 1.86
  EXPECT_EQ(spec.table_values, parts_of_256({-237, 256, 749}));  // s = ∓1/3 and 0
}

TEST(GaussianLevels, OfFourAreDenserNearTheMean) {
  const AdcSpec spec = gaussian_levels(4, seen({{-1, 1}, {3, 1}}));
  EXPECT_EQ(spec.table_thresholds, (Integers{0, 1, 3}));  // s = ∓1/4 and 0: −0.34, 1, 2.34
  EXPECT_EQ(spec.table_values, parts_of_256({-330, 93, 419, 842}));  // s = ∓3/8, ∓1/8
}

TEST(GaussianLevels, OutsideThePossibleSumsStandAtTheirEnds) {
  // 0 four times and 5 once: μ = 1 and σ = 2 again, but no sum lies below 0.
  Histogram positive(0, 8);
  positive.add(0, 4);
  positive.add(5);
  const AdcSpec low = gaussian_levels(4, positive);
  EXPECT_EQ(low.table_thresholds, (Integers{0, 1, 3}));
  EXPECT_EQ(low.table_values, parts_of_256({0, 93, 419, 842}));
  // Borders −1.29, −0.34, 0.36, 1, 1.64, 2.34, 3.29, and no sum lies above 3.
  Histogram narrow(-1, 3);
  narrow.add(-1);
  narrow.add(3);
  EXPECT_EQ(gaussian_levels(8, narrow).table_thresholds, (Integers{-1, 0, 1, 1, 2, 3, 4}));
  EXPECT_EQ(gaussian_levels(4, narrow).table_values, parts_of_256({-256, 93, 419, 768}));
}

TEST(GaussianLevels, ValuesHalfWayBetweenTwoPartsGoUp) {
  // μ = 1/512 and −1/512 are ½ and −½ parts.
  EXPECT_EQ(gaussian_levels(3, seen({{0, 511}, {1, 1}})).table_values[1], Rational(1, 256));
  EXPECT_EQ(gaussian_levels(3, seen({{0, 511}, {-1, 1}})).table_values[1], Rational(0));
}

TEST(GaussianLevels, OneSumAloneIsTheValueOfEveryCode) {
  const AdcSpec spec = gaussian_levels(3, seen({{5, 2}}));
  EXPECT_EQ(spec.table_thresholds, (Integers{5, 5}));
  EXPECT_EQ(spec.table_values, (std::vector<Rational>{5, 5, 5}));
  EXPECT_EQ(make_code_table(spec, {-8, 8}).levels(), 3);
}

TEST(GaussianLevels, LieAtTheQuantiles) {
  EXPECT_TRUE(rc::check([] {
    Histogram sums(-40, 40);
    for (int i = 0; i < 6; ++i)
      sums.add(*rc::gen::inRange<std::int64_t>(-9, 10), *rc::gen::inRange<std::int64_t>(1, 5));
    const auto levels = *rc::gen::inRange<std::int64_t>(2, 20);
    const HistogramStatistics s = statistics(sums);
    const auto at = [&](std::int64_t numerator, std::int64_t denominator) {
      const auto z = static_cast<double>(truncated_normal_quantile(numerator, denominator));
      return s.mean + z / static_cast<double>(kDeviationParts) * s.deviation;
    };
    const AdcSpec spec = gaussian_levels(levels, sums);
    constexpr double kFloat = 1e-9;
    for (std::int64_t k = 0; k < levels; ++k) {
      const auto code = static_cast<std::size_t>(k);
      const double off = spec.table_values[code].to_double() - at(2 * k + 1, 2 * levels);
      RC_ASSERT(std::abs(off) <= 1.0 / 512 + kFloat);
      if (k == 0) continue;
      const double above = static_cast<double>(spec.table_thresholds[code - 1]) - at(k, levels);
      RC_ASSERT(above >= -kFloat);
      RC_ASSERT(above < 1 + kFloat);
    }
  }));
}

TEST(GaussianLevels, ManyConversionsOfTheSameDistributionGiveTheSameTable) {
  EXPECT_TRUE(rc::check([] {
    const Histogram sums = arbitrary_histogram();
    const auto levels = *rc::gen::inRange<std::int64_t>(2, 20);
    RC_ASSERT(gaussian_levels(levels, many_times(sums)) == gaussian_levels(levels, sums));
  }));
}

TEST(GaussianLevels, RefuseNumbersThatNoAdcCanHave) {
  expect_error(ErrorKind::kUsage, "levels 1 is below 2", [] {
    gaussian_levels(1, seen({{0, 1}}));
  });
}

}  // namespace
}  // namespace bitline
