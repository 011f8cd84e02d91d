#include "bitline/mapping/array_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/testing/expect_error.h"

namespace bitline {
namespace {

using test::message_of;
using ::testing::HasSubstr;

std::string message(const ArraySettings& found_on, const ArraySpec& array) {
  return message_of([&] { check_found_on(found_on, array); });
}

TEST(ArraySettings, TellApartArraysWithTheSameRangeOfSums) {
  const ArraySettings found_on = sum_settings({});
  EXPECT_EQ(message(found_on, {}), "nothing was thrown");
  ArraySpec other;
  other.column_flip = ColumnFlip::kSign;
  EXPECT_THAT(message(found_on, other), HasSubstr("column_flip = none, and this one has sign"));
  EXPECT_THAT(message(sum_settings(other), {}), HasSubstr("set array.column_flip = sign"));
  other = {};
  other.row_order = RowOrder::kKernelMajor;
  EXPECT_THAT(message(found_on, other), HasSubstr("row_order = channel-major"));
  other = {};
  other.tile_cut = TileCut::kBalanced;
  EXPECT_THAT(message(found_on, other), HasSubstr("tile_cut = full"));
}

TEST(ArraySettings, DoNotTellApartWhatGivesTheSameSums) {
  ArraySpec driven;
  driven.rows = 256;
  driven.active_rows = 128;
  driven.columns = 64;
  driven.columns_per_adc = 16;
  EXPECT_EQ(message(sum_settings({}), driven), "nothing was thrown");
}

TEST(ArraySettings, AreUnknownOfPlansThatDoNotSay) {
  ArraySpec other;
  other.encoding = encodings::kBipolar;
  EXPECT_EQ(message({}, other), "nothing was thrown");
}

TEST(ArraySettings, RefuseWhatThisProgramDoesNotKnow) {
  EXPECT_THAT(message({{"temperature", "300"}}, {}), HasSubstr("temperature = 300"));
}

}  // namespace
}  // namespace bitline
