#include "bitline/base/nearest_name.h"

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

}  // namespace
}  // namespace bitline
