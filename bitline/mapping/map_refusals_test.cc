// What the array cannot hold, and how the message helps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/mapping/map.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/layers.h"

namespace bitline {
namespace {

using test::linear_layer;
using test::usage_error;
using testing::HasSubstr;

ArraySpec array_of(Encoding encoding) {
  ArraySpec array;
  array.encoding = encoding;
  return array;
}

TEST(MapLayerRefuses, OneBitUnderDifferentialAndPointsToBipolar) {
  const std::string message = usage_error(
      [] { map_layer(linear_layer(1, {-1}, 1, 4), array_of(encodings::kDifferential)); });
  EXPECT_THAT(message, HasSubstr("layer linear: "));
  EXPECT_THAT(message, HasSubstr("differential"));
  EXPECT_THAT(message, HasSubstr("bipolar"));
}

TEST(MapLayerRefuses, AnEvenWeightOnTheOddGrid) {
  IntegerLayer layer = linear_layer(1, {2}, 2, 4);
  layer.weight_odd = true;
  EXPECT_THAT(usage_error([&] { map_layer(layer, array_of(encodings::kBipolar)); }),
              HasSubstr("weight 2 is even"));
}

TEST(MapLayerRefuses, TheOddGridUnderOtherEncodings) {
  IntegerLayer layer = linear_layer(1, {3}, 2, 4);
  layer.weight_odd = true;
  EXPECT_THAT(usage_error([&] { map_layer(layer, array_of(encodings::kOffset)); }),
              HasSubstr("odd grid (bipolar) do not fit encoding = offset"));
}

TEST(MapLayerRefuses, WeightsOutsideTheirGrid) {
  EXPECT_THAT(
      usage_error([] { map_layer(linear_layer(1, {8}, 4, 4), array_of(encodings::kOffset)); }),
      HasSubstr("weight 8 lies outside -8 … 7 of 4 bits"));
  IntegerLayer odd = linear_layer(1, {5}, 2, 4);
  odd.weight_odd = true;
  EXPECT_THAT(usage_error([&] { map_layer(odd, array_of(encodings::kBipolar)); }),
              HasSubstr("weight 5 lies outside -3 … 3 of 2 bits"));
}

TEST(MapLayerRefuses, BitsOutOfRange) {
  EXPECT_THAT(
      usage_error([] { map_layer(linear_layer(1, {1}, 17, 4), array_of(encodings::kOffset)); }),
      HasSubstr("weights of 17 bits"));
  EXPECT_THAT(
      usage_error([] { map_layer(linear_layer(1, {1}, 4, 0), array_of(encodings::kOffset)); }),
      HasSubstr("activations of 0 bits"));
}

TEST(MapLayerRefuses, BinaryActivationsOfSeveralBits) {
  IntegerLayer layer = linear_layer(1, {1}, 2, 2);
  layer.input_odd = true;
  EXPECT_THAT(usage_error([&] { map_layer(layer, array_of(encodings::kBipolar)); }),
              HasSubstr("-1 and +1 have 1 bit, not 2"));
}

TEST(MapLayerRefuses, SignedActivationsThatAreAlwaysZero) {
  IntegerLayer layer = linear_layer(1, {1}, 2, 1);
  layer.input_signed = layer.input_narrow = true;
  EXPECT_THAT(usage_error([&] { map_layer(layer, array_of(encodings::kBipolar)); }),
              HasSubstr("always 0"));
}

TEST(MapLayerRefuses, PadValuesThatTheActivationsDoNotHave) {
  IntegerLayer layer = linear_layer(1, {1}, 2, 1);
  layer.geometry.padding = 1;
  layer.input_odd = true;
  EXPECT_THAT(usage_error([&] { map_layer(layer, array_of(encodings::kBipolar)); }),
              HasSubstr("pad value 0 is not -1 or +1"));
  layer.input_odd = false;
  layer.pad_value = -1;
  EXPECT_THAT(usage_error([&] { map_layer(layer, array_of(encodings::kBipolar)); }),
              HasSubstr("pad value -1 lies outside the activations' grid 0 … 1"));
}

TEST(MapLayerRefuses, ShapesThatDoNotFit) {
  IntegerLayer layer = linear_layer(1, {1, 1}, 2, 1);
  layer.geometry.in_channels = 3;
  EXPECT_THROW(map_layer(layer, array_of(encodings::kOffset)), Error);
  layer.geometry.in_channels = 2;
  layer.geometry.groups = 2;
  EXPECT_THROW(map_layer(layer, array_of(encodings::kOffset)), Error);
  layer.geometry.groups = 1;
  layer.geometry.kernel_height = 2;
  EXPECT_THROW(map_layer(layer, array_of(encodings::kOffset)), Error);
}

}  // namespace
}  // namespace bitline
