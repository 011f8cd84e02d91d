#include "bitline/mapping/layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/mapping/map.h"
#include "bitline/testing/layers.h"

namespace bitline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// 16 channels of 3 × 3 on 8 × 8 to 20 channels, 4-bit weights 1, 4-bit unsigned activations.
IntegerLayer convolution() {
  IntegerLayer layer;
  layer.name = "conv";
  layer.geometry = {16, 8, 8, 20, 3, 3, 1, 1, 1};
  layer.weights = Tensor(DType::kI32, {20, 144});
  for (std::int32_t& weight : layer.weights.data<std::int32_t>()) weight = 1;
  return layer;
}

ArraySpec array_of(Encoding encoding) {
  ArraySpec array;
  array.encoding = encoding;
  return array;
}

// Two tiles of 128 and 16 rows, each 20 outputs × 3 planes × 2 cells = 120 columns: an array each.
TEST(Layout, CountsADifferentialLayer) {
  const LayerLayout layout =
      layout_of(map_layer(convolution(), array_of(encodings::kDifferential)));
  EXPECT_EQ(layout.name, "conv");
  EXPECT_EQ(layout.fan_in, 144);
  EXPECT_EQ(layout.tiles, 2);
  EXPECT_EQ(layout.planes, 3);
  EXPECT_EQ(layout.streams, 4);
  EXPECT_EQ(layout.arrays, 2);
  EXPECT_EQ(layout.physical_columns, 240);
  EXPECT_DOUBLE_EQ(layout.cell_utilisation, 144.0 * 120 / (2 * 128 * 128));
  EXPECT_EQ(layout.partial_sum_bits, 9);  // −128 … 128
  // 2 tiles · (1 + 2 + 4) · (1 + 2 + 4 + 8) · 128 = 26,880 < 2^15, and a sign.
  EXPECT_EQ(layout.accumulator_bits, 16);
  EXPECT_EQ(layout.conversions, 20 * 64 * 2 * 3 * 4);
  EXPECT_EQ(layout.reference_conversions, 0);
  EXPECT_EQ(layout.adcs, 2 * 64);  // one for each pair
  EXPECT_THAT(layout.notes, IsEmpty());
}

TEST(Layout, DigitalSubtractionConvertsBothColumnsOfAPair) {
  ArraySpec array = array_of(encodings::kDifferential);
  array.subtract = Subtract::kDigital;
  array.columns_per_adc = 8;
  const LayerLayout layout = layout_of(map_layer(convolution(), array));
  EXPECT_EQ(layout.physical_columns, 240);
  EXPECT_EQ(layout.conversions, 2 * 20 * 64 * 2 * 3 * 4);
  EXPECT_EQ(layout.partial_sum_bits, 8);  // 0 … 128
  EXPECT_EQ(layout.adcs, 2 * 128 / 8);
}

// Each tile has 20 × 4 columns and the reference column.
TEST(Layout, OffsetHasAReferenceColumnPerTile) {
  const LayerLayout layout = layout_of(map_layer(convolution(), array_of(encodings::kOffset)));
  EXPECT_EQ(layout.arrays, 2);
  EXPECT_EQ(layout.physical_columns, 2 * 81);
  EXPECT_EQ(layout.conversions, 20 * 64 * 2 * 4 * 4);
  EXPECT_EQ(layout.reference_conversions, 64 * 2 * 4);
  EXPECT_EQ(layout.adcs, 2 * 128);
  EXPECT_EQ(layout.reference_adcs, 2);
}

// 81 columns need three arrays of 32, for each of the two tiles.
TEST(Layout, AStripWiderThanAnArrayGoesOnInTheNext) {
  ArraySpec array = array_of(encodings::kOffset);
  array.columns = 32;
  EXPECT_EQ(layout_of(map_layer(convolution(), array)).arrays, 2 * 3);
}

// 8 arrays of 15 have 120 columns, but only 14 of each can be used for pairs: 120 / 14 > 8.
TEST(Layout, APairIsNeverTornApart) {
  ArraySpec array = array_of(encodings::kDifferential);
  array.columns = 15;
  EXPECT_EQ(layout_of(map_layer(convolution(), array)).arrays, 2 * 9);
}

// 144 rows at 16 driven make 9 tiles; an array of 70 rows holds 4 of them: 4 + 4 + 1.
TEST(Layout, WholeTilesAreStackedWhileAnArrayHasRows) {
  ArraySpec array = array_of(encodings::kDifferential);
  array.rows = 70;
  array.active_rows = 16;
  const LayerLayout layout = layout_of(map_layer(convolution(), array));
  EXPECT_EQ(layout.tiles, 9);
  EXPECT_EQ(layout.arrays, 3);
  EXPECT_EQ(layout.physical_columns, 3 * 120);
  EXPECT_DOUBLE_EQ(layout.cell_utilisation, 144.0 * 120 / (3 * 70 * 128));
  EXPECT_EQ(layout.longest_reads, 64 * 4 * 4);  // while the third array has long ended
}

// 16 groups of 9 rows × 1 output × 3 planes × 2 cells. An array of 128 rows holds 14 groups in a
// strip, so there are two strips, side by side in 12 columns.
TEST(Layout, GroupsFillStripsSideBySide) {
  IntegerLayer layer = convolution();
  layer.geometry.out_channels = layer.geometry.groups = 16;
  layer.weights = Tensor(DType::kI32, {16, 9});
  ArraySpec array = array_of(encodings::kDifferential);
  LayerLayout layout = layout_of(map_layer(layer, array));
  EXPECT_EQ(layout.fan_in, 9);
  EXPECT_EQ(layout.arrays, 1);
  EXPECT_EQ(layout.physical_columns, 12);
  EXPECT_DOUBLE_EQ(layout.cell_utilisation, 144.0 * 6 / (128 * 128));
  EXPECT_THAT(layout.notes, ElementsAre("16 groups are read one after the other"));
  EXPECT_EQ(layout.longest_reads, 64 * 4 * 16);
  // 18 rows have cells of both strips, each of which drives them.
  EXPECT_EQ(layout.cell_reads, 64 * 4 * 6 * (126 + 18 + 2 * 18));
  array.columns = 11;  // one strip of 6 columns to an array
  layout = layout_of(map_layer(layer, array));
  EXPECT_EQ(layout.arrays, 2);
}

TEST(Layout, NotesThePlaneThatTheMostNegativeWeightCosts) {
  const IntegerLayer layer = test::linear_layer(1, {-8, 3}, 4, 4);
  ArraySpec array = array_of(encodings::kDifferential);
  EXPECT_THAT(layout_of(map_layer(layer, array)).notes,
              ElementsAre("weight -8 needs one more plane: 4 instead of 3"));
  array.cell_bits = 2;  // two planes hold 15
  EXPECT_THAT(layout_of(map_layer(layer, array)).notes, IsEmpty());
}

TEST(Layout, NotesTheStreamThatTheMostNegativeActivationCosts) {
  IntegerLayer layer = test::linear_layer(1, {3}, 4, 4);
  layer.input_signed = true;
  ArraySpec array = array_of(encodings::kDifferential);
  array.activation_encoding = ActivationEncoding::kSignMagnitude;
  EXPECT_THAT(layout_of(map_layer(layer, array)).notes,
              ElementsAre("activation -8 needs one more stream: 4 instead of 3"));
  layer.input_narrow = true;
  EXPECT_THAT(layout_of(map_layer(layer, array)).notes, IsEmpty());
}

// Two's complement planes 1, −2 and streams 1, 2 of one row make (1 + 2) · (1 + 2) · |v|: 9 needs 4
// bits and a sign, 63 needs 6 and a sign, 72 needs 7 and a sign.
TEST(Layout, AccumulatorHoldsTheWorstCase) {
  const CimLayer layer =
      map_layer(test::linear_layer(1, {1}, 2, 2), array_of(encodings::kTwosComplement));
  EXPECT_EQ(layout_of(layer).accumulator_bits, 5);
  EXPECT_EQ(layout_of(layer).partial_sum_bits, 1);
  EXPECT_EQ(accumulator_bits(layer, 7), 7);
  EXPECT_EQ(accumulator_bits(layer, 8), 8);
}

// Every weight is 1: of the three planes, plane 0 holds nothing but ones, in 20 channels × 2 tiles.
TEST(Layout, NotesHowManyColumnsAreFlipped) {
  ArraySpec array = array_of(encodings::kTwosComplement);
  array.column_flip = ColumnFlip::kComplement;
  EXPECT_THAT(layout_of(map_layer(convolution(), array)).notes,
              ElementsAre("40 of 160 columns are flipped"));
}

// Tiles of 128 and 16 rows, 20 channels in 4 planes of pairs: 160 columns on two arrays; 64
// positions and 4 streams.
TEST(Layout, CountsReadsWordLinesAndCells) {
  ArraySpec array = array_of(encodings::kDifferential);
  array.columns = 64;
  const LayerLayout layout = layout_of(map_layer(convolution(), array));
  EXPECT_EQ(layout.longest_reads, 64 * 4);
  EXPECT_EQ(layout.driven_word_lines, 64 * 4 * (128 + 16) * 2);
  EXPECT_EQ(layout.cell_reads, 64 * 4 * 144 * 120);
  EXPECT_EQ(layout.bit_products, layout.cell_reads);
}

// Of three bits of a weight and four of an input, whatever digits hold them.
TEST(Layout, CountsProductsOfSingleBits) {
  ArraySpec array = array_of(encodings::kDifferential);
  const std::int64_t with_one_bit = layout_of(map_layer(convolution(), array)).bit_products;
  EXPECT_EQ(with_one_bit, 64 * 144 * 20 * 2 * 3 * 4);
  for (const int bits : {2, 3, 4}) {
    array.cell_bits = array.dac_bits = bits;
    EXPECT_EQ(layout_of(map_layer(convolution(), array)).bit_products, with_one_bit) << bits;
  }
}

// −8 and an input's −8 have four bits each, and the same four where a wider cell or DAC had room.
TEST(Layout, CountsTheBitOfTheMostNegativeInteger) {
  IntegerLayer layer = convolution();
  layer.weights.data<std::int32_t>()[0] = -8;
  layer.input_signed = true;
  ArraySpec array = array_of(encodings::kDifferential);
  array.activation_encoding = ActivationEncoding::kSignMagnitude;
  for (const int bits : {1, 2, 3, 4}) {
    array.cell_bits = array.dac_bits = bits;
    EXPECT_EQ(layout_of(map_layer(layer, array)).bit_products, 64 * 144 * 20 * 2 * 4 * 4) << bits;
  }
}

// A linear layer over eight vectors does everything eight times.
TEST(Layout, CountsEveryVectorOfALinearLayer) {
  IntegerLayer layer = test::linear_layer(4, std::vector<std::int32_t>(64, 1), 4, 4);
  const ArraySpec array = array_of(encodings::kOffset);
  const LayerLayout one = layout_of(map_layer(layer, array));
  layer.vectors = 8;
  const LayerLayout eight = layout_of(map_layer(layer, array));
  EXPECT_EQ(eight.arrays, one.arrays);
  for (const auto count :
       {&LayerLayout::conversions, &LayerLayout::reference_conversions, &LayerLayout::longest_reads,
        &LayerLayout::driven_word_lines, &LayerLayout::cell_reads, &LayerLayout::bit_products})
    EXPECT_EQ(eight.*count, 8 * one.*count);
}

}  // namespace
}  // namespace bitline
