#include "bitline/quantize/range_rule.h"

#include <gtest/gtest.h>

#include <vector>

namespace bitline {
namespace {

QuantSpec grid(int bits, bool is_signed) {
  QuantSpec spec;
  spec.bits = bits;
  spec.is_signed = spec.narrow = is_signed;
  return spec;
}

const std::vector<ValueCount> kValues{{-3, 1}, {1, 98}, {6, 1}};

TEST(RangeRule, MinMaxPutsTheLargestMagnitudeOnTheEnd) {
  EXPECT_EQ(scale_for({RangeRule::kMinMax, 0}, kValues, grid(3, true)), 2);   // 6 / 3
  EXPECT_EQ(scale_for({RangeRule::kMinMax, 0}, kValues, grid(2, false)), 2);  // 6 / 3
  const std::vector<ValueCount> negative{{-3, 1}, {1.5F, 1}};
  EXPECT_EQ(scale_for({RangeRule::kMinMax, 0}, negative, grid(3, true)), 1);
  EXPECT_EQ(scale_for({RangeRule::kMinMax, 0}, negative, grid(2, false)), 0.5F);
}

// Of 100 magnitudes 98 are 1, one is 3 and one is 6.
TEST(RangeRule, PercentileLeavesOutTheRest) {
  const auto scale = [](double percentile) {
    return scale_for({RangeRule::kPercentile, percentile}, kValues, grid(2, true));
  };
  EXPECT_EQ(scale(98), 1);
  EXPECT_EQ(scale(98.5), 3);
  EXPECT_EQ(scale(99), 3);
  EXPECT_EQ(scale(100), 6);
}

// Most of a sparse value is 0, which needs no step.
TEST(RangeRule, PercentileOfASparseValueIsNoZero) {
  const std::vector<ValueCount> sparse{{0, 95}, {1, 4}, {6, 1}};
  const auto scale = [&](double percentile) {
    return scale_for({RangeRule::kPercentile, percentile}, sparse, grid(2, true));
  };
  EXPECT_EQ(scale(90), 1);
  EXPECT_EQ(scale(99), 1);
  EXPECT_EQ(scale(100), 6);
}

// One bit, 0 or s. For values 1 (98 times) and 6 (once) the error of s in (0, 2) is
// 98 (1 − s)² + (6 − s)², least at s = 104 / 99 = 1.0505; of the hundredths of 6 the nearest is
// 1.08, as 1.02 is 0.0305 away and 1.08 is 0.0295.
TEST(RangeRule, LeastSquaredErrorIsFound) {
  const std::vector<ValueCount> values{{1, 98}, {6, 1}};
  EXPECT_FLOAT_EQ(scale_for({RangeRule::kMse, 0}, values, grid(1, false)), 1.08F);
}

TEST(RangeRule, ValuesOfZeroAndNoValuesHaveAStepOfOne) {
  const std::vector<ValueCount> zeros{{0, 5}};
  for (const RangeRule rule : {RangeRule::kMinMax, RangeRule::kPercentile, RangeRule::kMse}) {
    EXPECT_EQ(scale_for({rule, 99}, zeros, grid(4, true)), 1);
    EXPECT_EQ(scale_for({rule, 99}, {}, grid(4, true)), 1);
  }
}

}  // namespace
}  // namespace bitline
