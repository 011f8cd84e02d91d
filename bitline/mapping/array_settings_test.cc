#include "bitline/mapping/array_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/testing/expect_error.h"

namespace bitline {
namespace {

using test::message_of;
using ::testing::HasSubstr;

std::string message(const ArraySettings& found_on, const NetworkArrays& array,
                    const ArraySettings& of_layer = {}) {
  return message_of([&] { check_found_on(found_on, of_layer, array, "conv1"); });
}

/// conv1 on 64 rows, all others on 128.
NetworkArrays few_rows() {
  NetworkArrays arrays;
  arrays.layers["conv1"].array.rows = 64;
  return arrays;
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

TEST(ArraySettings, OfALayerAreThoseInWhichItDiffers) {
  EXPECT_EQ(own_sum_settings(few_rows(), "conv1"), (ArraySettings{{"active_rows", "64"}}));
  EXPECT_EQ(own_sum_settings(few_rows(), "conv2"), ArraySettings());
}

TEST(ArraySettings, OfALayerAreHeldAgainstItsOwnArray) {
  const ArraySettings common = sum_settings({});
  EXPECT_EQ(message(common, few_rows(), {{"active_rows", "64"}}), "nothing was thrown");
  EXPECT_EQ(
      message(common, {}, {{"active_rows", "64"}}),
      "layer conv1: the plan was found on an array with active_rows = 64, and this one has "
      "128, which gives other partial sums; set array.layers.\"conv1\".active_rows = 64, "
      "search again, or take \"array\" out of the plan and its layers to put its ADCs on this "
      "array as they are");
  EXPECT_THAT(message(common, few_rows()),
              HasSubstr("set array.layers.\"conv1\".active_rows = 128"));
  // What differs in all layers is no matter of this one.
  NetworkArrays offset = few_rows();
  offset.common.encoding = offset.layers["conv1"].array.encoding = encodings::kOffset;
  EXPECT_THAT(message(common, offset, {{"active_rows", "64"}}),
              ::testing::StartsWith("the plan was found on an array with encoding"));
}

TEST(ArraySettings, RefuseWhatThisProgramDoesNotKnow) {
  EXPECT_THAT(message({{"temperature", "300"}}, {}), HasSubstr("temperature = 300"));
}

}  // namespace
}  // namespace bitline
