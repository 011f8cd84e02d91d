#include "bitline/base/nearest_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bitline {
namespace {

const std::vector<std::string> kKeys{"rows", "active_rows", "columns", "cell_bits", "dac_bits"};

TEST(NearestName, FindsTheNameBehindAMisspelling) {
  EXPECT_EQ(nearest_name("rosw", kKeys), "rows");           // swapped
  EXPECT_EQ(nearest_name("colums", kKeys), "columns");      // left out
  EXPECT_EQ(nearest_name("cel_bitt", kKeys), "cell_bits");  // left out and replaced
  EXPECT_EQ(nearest_name("active-rows", kKeys), "active_rows");
}

TEST(NearestName, GivesNothingWhenNothingIsNear) {
  EXPECT_EQ(nearest_name("learning_rate", kKeys), "");
  EXPECT_EQ(nearest_name("x", kKeys), "");
  EXPECT_EQ(nearest_name("rows", {}), "");
}

TEST(NearestName, TakesTheFirstOfTwoThatAreEquallyNear) {
  EXPECT_EQ(nearest_name("bat", {"bit", "cat"}), "bit");
}

TEST(NearestName, PrefersTheExactName) { EXPECT_EQ(nearest_name("cat", {"bat", "cat"}), "cat"); }

TEST(NamesMeant, AreTheNameItselfOrAllThatEndWithIt) {
  const std::vector<std::string> known{"conv1", "block1.conv1", "block2.conv1", "fc"};
  using ::testing::ElementsAre;
  EXPECT_THAT(names_meant("conv1", known), ElementsAre("conv1"));
  EXPECT_THAT(names_meant("2.conv1", known), ElementsAre("block2.conv1"));
  EXPECT_THAT(names_meant(".conv1", known), ElementsAre("block1.conv1", "block2.conv1"));
  EXPECT_THAT(names_meant("k2.co", known), ElementsAre("block2.conv1"));
  EXPECT_THAT(names_meant("conv2", known), ::testing::IsEmpty());
}

}  // namespace
}  // namespace bitline
