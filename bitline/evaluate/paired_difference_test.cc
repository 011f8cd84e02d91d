#include "bitline/evaluate/paired_difference.h"

#include <gtest/gtest.h>

#include <cmath>

#include "bitline/evaluate/wilson_interval.h"

namespace bitline {
namespace {

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
