#include "bitline/evaluate/wilson_interval.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace bitline
