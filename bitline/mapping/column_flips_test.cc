// Which columns are flipped and what they then store, worked out by hand.
#include "bitline/mapping/column_flips.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/mapping/map.h"
#include "bitline/testing/layers.h"

namespace bitline {
namespace {

using test::linear_layer;
using testing::ElementsAre;

ArraySpec flipping(Encoding encoding, int cell_bits = 1, int dac_bits = 1) {
  ArraySpec array;
  array.encoding = encoding;
  array.cell_bits = cell_bits;
  array.dac_bits = dac_bits;
  const bool has_signs = encoding == encodings::kDifferential || encoding == encodings::kBipolar;
  array.column_flip = has_signs ? ColumnFlip::kSign : ColumnFlip::kComplement;
  return array;
}

std::vector<int> stored(const CimLayer& layer) {
  const auto digits = layer.planes.digits.data<std::int8_t>();
  return {digits.begin(), digits.end()};
}

/// [planes, out_channels, tiles]
std::vector<int> signs(const CimLayer& layer) {
  const auto signs = layer.planes.signs.data<std::int8_t>();
  return {signs.begin(), signs.end()};
}

// 3 = 011, −1 = 111, 1 = 001. The bits of 1: 1, 1, 1 and of 2: 1, 1, 0 are more than half ones; the
// sign bits 0, 1, 0 are not.
TEST(ColumnFlips, ColumnsOfMostlyOnesStoreTheirComplement) {
  const CimLayer layer =
      map_layer(linear_layer(1, {3, -1, 1}, 3, 2), flipping(encodings::kTwosComplement));
  EXPECT_THAT(stored(layer), ElementsAre(0, 0, 0, /**/ 0, 0, 1, /**/ 0, 1, 0));
  EXPECT_THAT(signs(layer), ElementsAre(-1, -1, 1));
  EXPECT_THAT(layer.planes.flip_totals, ElementsAre(1, 1, 1));
  EXPECT_EQ(layer.planes.complement_weight(0, 0), 1 * 1 + 2 * 1);
}

// Digits 3, 2, 3 of at most 3 sum to more than 9/2; the signs 0, 0, 1 of at most 1 stay.
TEST(ColumnFlips, TheSignPlaneHasAComplementOfItsOwn) {
  const CimLayer layer =
      map_layer(linear_layer(1, {3, 2, -1}, 3, 2), flipping(encodings::kTwosComplement, 2));
  EXPECT_THAT(stored(layer), ElementsAre(0, 1, 0, /**/ 0, 0, 1));
  EXPECT_THAT(signs(layer), ElementsAre(-1, 1));
  EXPECT_THAT(layer.planes.flip_totals, ElementsAre(3, 1));
}

// 7, 6, 3 = 3 + 4 · 1, 2 + 4 · 1, 3: the upper plane holds one bit, and 1, 1, 0 is more than half.
TEST(ColumnFlips, APlaneOfFewerBitsThanItsCellsHasAComplementOfItsOwn) {
  const CimLayer layer =
      map_layer(linear_layer(1, {3, 2, -1}, 3, 2), flipping(encodings::kOffset, 2));
  EXPECT_THAT(stored(layer), ElementsAre(0, 1, 0, /**/ 0, 0, 1));
  EXPECT_THAT(signs(layer), ElementsAre(-1, -1));
  EXPECT_THAT(layer.planes.flip_totals, ElementsAre(3, 1));
  EXPECT_EQ(layer.planes.complement_weight(0, 0), 1 * 3 + 4 * 1);
}

TEST(ColumnFlips, HalfIsNotMoreThanHalf) {
  const CimLayer layer =
      map_layer(linear_layer(1, {1, 1, 0, 0}, 2, 2), flipping(encodings::kTwosComplement));
  EXPECT_THAT(signs(layer), ElementsAre(1, 1));
  EXPECT_EQ(layer.planes.flipped_columns(), 0);
}

// −3 = −1 − 2: plane 0 holds −1, 1, 1, plane 1 holds −1, 0, 0.
TEST(ColumnFlips, ColumnsBelowZeroAreNegated) {
  const CimLayer layer =
      map_layer(linear_layer(1, {-3, 1, 1}, 3, 2), flipping(encodings::kDifferential));
  EXPECT_THAT(stored(layer), ElementsAre(-1, 1, 1, /**/ 1, 0, 0));
  EXPECT_THAT(signs(layer), ElementsAre(1, -1));
  EXPECT_THAT(layer.planes.flip_totals, ElementsAre(0, 0));
  EXPECT_FALSE(layer.planes.has_complements());
  EXPECT_EQ(layer.planes.complement_weight(0, 0), 0);
}

// −3, −1, 1 = −1 − 2, 1 − 2, −1 + 2.
TEST(ColumnFlips, BipolarColumnsBelowZeroAreNegated) {
  IntegerLayer odd = linear_layer(1, {-3, -1, 1}, 2, 2);
  odd.weight_odd = true;
  const CimLayer layer = map_layer(odd, flipping(encodings::kBipolar));
  EXPECT_THAT(stored(layer), ElementsAre(1, -1, 1, /**/ 1, 1, -1));
  EXPECT_THAT(signs(layer), ElementsAre(-1, -1));
}

TEST(ColumnFlips, ASumOfZeroStays) {
  const CimLayer layer =
      map_layer(linear_layer(1, {-1, 1}, 2, 2), flipping(encodings::kDifferential));
  EXPECT_THAT(signs(layer), ElementsAre(1));
}

// Two outputs, tiles of rows 0, 1 and 2: −1 + 1 and −1; 0 − 1 and 1.
TEST(ColumnFlips, EveryTileIsAColumnOfItsOwn) {
  ArraySpec array = flipping(encodings::kDifferential);
  array.rows = 2;
  const CimLayer layer = map_layer(linear_layer(2, {-1, 1, -1, 0, -1, 1}, 2, 2), array);
  EXPECT_THAT(signs(layer), ElementsAre(1, -1, /**/ -1, 1));
  EXPECT_THAT(stored(layer), ElementsAre(-1, 1, 1, /**/ 0, 1, 1));
  EXPECT_EQ(layer.planes.flipped_columns(), 2);
}

TEST(ColumnFlips, WithoutAnyEverySignIsOne) {
  const CimLayer layer = map_layer(linear_layer(1, {-1, -1}, 2, 2), ArraySpec{});
  EXPECT_FALSE(layer.planes.has_flips());
  EXPECT_EQ(layer.planes.sign(0, 0, 0), 1);
  EXPECT_EQ(layer.planes.flipped_columns(), 0);
}

// Three cells of at most 3 hold at most ⌊9 / 2⌋ = 4 after flipping, read with digits up to 7.
TEST(ColumnFlips, ComplementsHalveThePossibleSums) {
  IntegerLayer layer = linear_layer(1, {3, -1, 1}, 3, 3);
  const ArraySpec array = flipping(encodings::kTwosComplement, 2, 3);
  EXPECT_EQ(map_layer(layer, array).sums.minimum, 0);
  EXPECT_EQ(map_layer(layer, array).sums.maximum, 4 * 7);
  layer.input_signed = true;  // streams of two's complement are not negative either
  EXPECT_EQ(map_layer(layer, array).sums.minimum, 0);
}

TEST(ColumnFlips, SumsOfComplementsReachBothSidesWhereInputsDo) {
  IntegerLayer layer = linear_layer(1, {3, -1, 1}, 3, 3);
  layer.input_signed = true;
  ArraySpec array = flipping(encodings::kTwosComplement, 2, 3);
  array.activation_encoding = ActivationEncoding::kSignMagnitude;
  EXPECT_EQ(map_layer(layer, array).sums.minimum, -4 * 7);
  EXPECT_EQ(map_layer(layer, array).sums.maximum, 4 * 7);
  layer.input_bits = 1;
  layer.input_odd = true;
  EXPECT_EQ(map_layer(layer, array).sums.minimum, -4);
  EXPECT_EQ(map_layer(layer, array).sums.maximum, 4);
}

// A single cell of one bit always stores 0, but no ADC has a single level.
TEST(ColumnFlips, AnAdcSeesTwoSumsAtLeast) {
  const CimLayer layer =
      map_layer(linear_layer(1, {-1}, 2, 1), flipping(encodings::kTwosComplement));
  EXPECT_THAT(stored(layer), ElementsAre(0, /**/ 0));
  EXPECT_EQ(layer.sums.maximum, 1);
}

// The sign does not change which digits a pair can hold.
TEST(ColumnFlips, NegationLeavesThePossibleSums) {
  const CimLayer layer =
      map_layer(linear_layer(1, {-3, 1, 1}, 3, 2), flipping(encodings::kDifferential));
  EXPECT_EQ(layer.sums.minimum, -3);
  EXPECT_EQ(layer.sums.maximum, 3);
}

}  // namespace
}  // namespace bitline
