#include "bitline/evaluate/accuracy.h"

#include <gtest/gtest.h>

#include <cmath>

namespace bitline {
namespace {

TEST(WilsonInterval, EqualsHandComputedValues) {
  // z² = 3.841459; 8 of 10: centre (0.8 + 0.1920729) / 1.3841459 = 0.716742,
  // half 1.959964 · √(0.016 + 0.00960365) / 1.3841459 = 0.226577
  const Interval eight = wilson_interval(8, 10);
  EXPECT_DOUBLE_EQ(eight.value, 0.8);
  EXPECT_NEAR(eight.lower, 0.490165, 1e-5);
  EXPECT_NEAR(eight.upper, 0.943319, 1e-5);
}

TEST(WilsonInterval, StaysInsideZeroAndOne) {
  const Interval none = wilson_interval(0, 10);
  EXPECT_NEAR(none.lower, 0, 1e-12);
  EXPECT_NEAR(none.upper, 3.841459 / 13.841459, 1e-6);  // z² / (n + z²)
  EXPECT_NEAR(wilson_interval(10, 10).upper, 1, 1e-12);
  EXPECT_EQ(wilson_interval(16, 16).upper, 1);
}

TEST(PairedDifference, CountsOnlyImagesWhereOneIsRight) {
  // a: 1 1 1 0 0 0, b: 1 0 0 1 0 0 → only a 2, only b 1, n 6
  const std::vector<bool> a{true, true, true, false, false, false};
  const std::vector<bool> b{true, false, false, true, false, false};
  const Interval d = paired_difference(a, b);
  EXPECT_NEAR(d.value, -1.0 / 6, 1e-12);
  // adjusted: n 8, difference −1/8, discordant 4/8 → half z · √((0.5 − 1/64) / 8)
  EXPECT_NEAR(d.upper - d.lower, 2 * 1.959964 * std::sqrt((0.5 - 1.0 / 64) / 8), 1e-6);
  EXPECT_NEAR((d.upper + d.lower) / 2, -0.125, 1e-12);
}

TEST(PairedDifference, IsNarrowerThanTwoSeparateIntervalsForAlikeAnswers) {
  std::vector<bool> a(1000, true);
  for (std::size_t i = 0; i < 100; ++i) a[i] = false;
  std::vector<bool> b = a;
  b[200] = false;
  const Interval d = paired_difference(a, b);
  const Interval alone = wilson_interval(900, 1000);
  EXPECT_LT(d.upper - d.lower, (alone.upper - alone.lower) / 4);
  EXPECT_LT(d.value, 0);
}

// All wrong against all right, of few images.
TEST(PairedDifference, StaysWithinOne) {
  const Interval difference =
      paired_difference(std::vector<bool>(20, false), std::vector<bool>(20, true));
  EXPECT_EQ(difference.value, 1);
  EXPECT_LE(difference.upper, 1);
}

}  // namespace
}  // namespace bitline
