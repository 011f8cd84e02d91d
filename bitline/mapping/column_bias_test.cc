// What bias rows can add to a column, and what they take.
#include "bitline/mapping/column_bias.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/base/error.h"
#include "bitline/mapping/layout.h"
#include "bitline/mapping/map.h"
#include "bitline/testing/layers.h"

namespace bitline {
namespace {

using testing::HasSubstr;

ArraySpec with_bias_rows(Encoding encoding, std::int64_t bias_rows) {
  ArraySpec array;
  array.rows = 8;
  array.encoding = encoding;
  array.bias_rows = bias_rows;
  return array;
}

/// Of a layer of two output channels and ten inputs.
CimLayer mapped_on(const ArraySpec& array) {
  std::vector<std::int32_t> weights(20, 1);
  return map_layer(test::linear_layer(2, weights, 3, 3), array);
}

TEST(ColumnBias, IsWhatTheCellsOfTheRowsCanHold) {
  ArraySpec array = with_bias_rows(encodings::kDifferential, 3);
  array.cell_bits = 2;
  EXPECT_EQ(bias_range(mapped_on(array)), (SumRange{-9, 9}));
  array.subtract = Subtract::kDigital;
  EXPECT_EQ(bias_range(mapped_on(array)), (SumRange{0, 9}));
  EXPECT_EQ(bias_range(mapped_on(with_bias_rows(encodings::kTwosComplement, 3))), (SumRange{0, 3}));
  EXPECT_EQ(bias_range(mapped_on(with_bias_rows(encodings::kBipolar, 4))), (SumRange{-4, 4, 2}));
  EXPECT_EQ(bias_range(mapped_on(with_bias_rows(encodings::kOffset, 0))), (SumRange{0, 0}));
}

// Thresholds have anywhere to go among the sums −8 … 8.
TEST(ColumnBias, OfReferencesThatAreSetReachesOverAllSums) {
  ArraySpec array = with_bias_rows(encodings::kDifferential, 0);
  array.thresholds = Thresholds::kColumn;
  EXPECT_EQ(bias_range(mapped_on(array)), (SumRange{-16, 16}));
}

// Ten inputs at five weight rows each are two tiles; two planes.
TEST(ColumnBias, IsThatOfEveryColumn) {
  ArraySpec array = with_bias_rows(encodings::kDifferential, 3);
  EXPECT_EQ(bias_count(mapped_on(array)), 2 * 2 * 2);
  array.subtract = Subtract::kDigital;
  EXPECT_EQ(bias_count(mapped_on(array)), 2 * 2 * 2 * 2);
}

TEST(ColumnBias, ThatDoesNotFitIsRefusedWithItsColumn) {
  const CimLayer layer = mapped_on(with_bias_rows(encodings::kDifferential, 3));
  EXPECT_NO_THROW(check_column_bias(layer, std::vector<std::int32_t>{3, -3, 0, 1, 2, -1, 3, 0}));
  EXPECT_THAT(
      [&] {
        check_column_bias(layer, std::vector<std::int32_t>{0, 0, 0, 0, 0, 0, 0, -4});
      },
      testing::ThrowsMessage<Error>(testing::AllOf(
          HasSubstr("layer linear: column of plane 1, channel 1 and tile 1 has the bias -4"),
          HasSubstr("bias_rows = 3"), HasSubstr("-3 … 3"))));
  const CimLayer binary = mapped_on(with_bias_rows(encodings::kBipolar, 4));
  std::vector<std::int32_t> odd(static_cast<std::size_t>(bias_count(binary)), 0);
  odd[1] = 3;
  EXPECT_THAT([&] { check_column_bias(binary, odd); },
              testing::ThrowsMessage<Error>(HasSubstr("-4 … 4 in steps of 2")));
}

// 16 channels of 3 × 3 to 20: tiles of 124 + 20 rows and 4 more each. 120 columns.
TEST(ColumnBias, RowsTakePlaceAndAreDriven) {
  IntegerLayer layer;
  layer.name = "conv";
  layer.geometry = {16, 8, 8, 20, 3, 3, 1, 1, 1};
  layer.weights = Tensor(DType::kI32, {20, 144});
  ArraySpec array;
  array.bias_rows = 4;
  const CimLayer mapped = map_layer(layer, array);
  ASSERT_EQ(mapped.tiles.size(), 2U);
  EXPECT_EQ(mapped.tiles[0].size(), 124U);
  EXPECT_EQ(mapped.sums, (SumRange{-124, 124}));
  const LayerLayout layout = layout_of(mapped);
  EXPECT_EQ(layout.arrays, 2);
  EXPECT_DOUBLE_EQ(layout.cell_utilisation, (128.0 + 24.0) * 120 / (2 * 128 * 128));
  EXPECT_EQ(layout.driven_word_lines, 64 * 4 * (144 + 2 * 4));
  EXPECT_EQ(layout.cell_reads, 64 * 4 * (128 + 24) * 120);
  // Inputs of four bits, and four bias rows in two tiles that every stream drives.
  EXPECT_EQ(layout.bit_products, 64 * 120 * (144 * 4 + 2 * 4 * 4));
}

TEST(ColumnBias, TilesAreStackedWithTheirRows) {
  IntegerLayer layer;
  layer.name = "conv";
  layer.geometry = {12, 4, 4, 4, 1, 1, 1, 0, 2};
  layer.weights = Tensor(DType::kI32, {4, 6});
  ArraySpec array;
  array.rows = 12;
  array.columns = 12;  // two channels in three planes of pairs: a strip as wide as the array
  EXPECT_EQ(layout_of(map_layer(layer, array)).arrays, 1);
  array.bias_rows = 1;
  EXPECT_EQ(layout_of(map_layer(layer, array)).arrays, 2);
}

}  // namespace
}  // namespace bitline
