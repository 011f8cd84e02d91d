#include "bitline/graph/regroups_axes.h"

#include <gtest/gtest.h>

namespace bitline {
namespace {

TEST(RegroupsAxes, MergesAndSplits) {
  EXPECT_TRUE(regroups_axes({28, 28}, {784}));
  EXPECT_TRUE(regroups_axes({784}, {1, 28, 28}));
  EXPECT_TRUE(regroups_axes({3, 32, 32}, {3072}));
  EXPECT_TRUE(regroups_axes({3, 32, 32}, {3, 1024}));
  EXPECT_TRUE(regroups_axes({2, 3, 20}, {6, 4, 5}));  // 2 · 3 are merged, 20 is split
}

TEST(RegroupsAxes, AxesOfOneComeAndGo) {
  EXPECT_TRUE(regroups_axes({640}, {1, 640}));
  EXPECT_TRUE(regroups_axes({1, 640}, {640, 1, 1}));
  EXPECT_TRUE(regroups_axes({28, 28, 1}, {1, 28, 28}));
  EXPECT_TRUE(regroups_axes({1}, {1, 1}));
}

TEST(RegroupsAxes, TheSameNumberOfValuesInAnotherOrderIsNoRegrouping) {
  EXPECT_FALSE(regroups_axes({32, 32, 3}, {3, 32, 32}));
  EXPECT_FALSE(regroups_axes({96, 16}, {16, 96}));
  EXPECT_FALSE(regroups_axes({4, 6}, {2, 12}));
  EXPECT_FALSE(regroups_axes({32, 32, 3}, {3, 1024}));
}

TEST(RegroupsAxes, OtherNumbersOfValuesDoNotFit) {
  EXPECT_FALSE(regroups_axes({3, 9, 9}, {3, 8, 8}));
  EXPECT_FALSE(regroups_axes({600}, {600, 2}));
  EXPECT_FALSE(regroups_axes({600, 2}, {600}));
}

}  // namespace
}  // namespace bitline
