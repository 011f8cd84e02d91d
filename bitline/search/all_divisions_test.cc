#include "bitline/search/all_divisions.h"

#include <gtest/gtest.h>

namespace bitline {
namespace {

TEST(AllDivisions, AreCountedUpToALimit) {
  EXPECT_EQ(count_divisions(3, 4, 64), 64);
  EXPECT_EQ(count_divisions(3, 4, 63), 0);
  EXPECT_EQ(count_divisions(1000, 10, 4096), 0);
}

TEST(AllDivisions, AreEachThereOnce) {
  EXPECT_EQ(all_divisions(2, 2), (std::vector<Division>{{0, 0}, {1, 0}, {0, 1}, {1, 1}}));
  EXPECT_EQ(all_divisions(1, 3), (std::vector<Division>{{0}, {1}, {2}}));
}

}  // namespace
}  // namespace bitline
