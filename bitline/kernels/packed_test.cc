// Where the bits of planes and streams lie, by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "bitline/kernels/packed_inputs.h"
#include "bitline/mapping/map.h"
#include "bitline/testing/layers.h"

namespace bitline {
namespace {

using test::linear_layer;
using ::testing::ElementsAre;

TEST(PackedPlanes, LanesAreAPermutationThatTwoSplitsUndo) {
  std::set<std::int64_t> lanes;
  for (std::int64_t column = 0; column < kBlockColumns; ++column)
    lanes.insert(lane_of_column(column));
  EXPECT_EQ(lanes.size(), 64U);
  // Even byte lanes, even 16-bit lanes of those: byte lanes 0, 4, 8 … hold columns 0 … 15.
  EXPECT_EQ(lane_of_column(0), 0);
  EXPECT_EQ(lane_of_column(1), 4);
  EXPECT_EQ(lane_of_column(16), 2);  // odd 16-bit lanes come next
  EXPECT_EQ(lane_of_column(32), 1);  // then odd byte lanes
  EXPECT_EQ(lane_of_column(63), 63);
}

// Weights 1, −2 and 3 over planes of 1 and 2: digits 1, 0, 1 and 0, −1, 1. Bits of rows 0 … 2.
TEST(PackedPlanes, EightRowsOfAColumnAreAByte) {
  const PackedPlanes planes =
      pack_planes(map_layer(linear_layer(1, {1, -2, 3}, 3, 1), ArraySpec{}));
  ASSERT_EQ(planes.columns(), 2);
  ASSERT_EQ(planes.cell_bits.size(), 2U);
  EXPECT_FALSE(planes.cell_bits[0].negative);
  EXPECT_TRUE(planes.cell_bits[1].negative);
  const std::uint8_t* bits = planes.bits_of(0, 0, 0);
  EXPECT_EQ(bits[lane_of_column(0)], 0b101);
  EXPECT_EQ(bits[lane_of_column(1)], 0b100);
  EXPECT_EQ(bits[kBlockColumns + lane_of_column(0)], 0);
  EXPECT_EQ(bits[kBlockColumns + lane_of_column(1)], 0b010);
  EXPECT_EQ(bits[lane_of_column(2)], 0b101);  // behind the last column the first ones again
  EXPECT_EQ(planes.sums.minimum, -1);
  EXPECT_EQ(planes.sums.maximum, 2);
}

// Weights of 2 bits have one plane, so that an output is a column.
TEST(PackedPlanes, SixtyFourColumnsAreABlock) {
  const auto blocks = [](std::int64_t outputs) {
    const std::vector<std::int32_t> weights(static_cast<std::size_t>(outputs), 1);
    return pack_planes(map_layer(linear_layer(outputs, weights, 2, 1), ArraySpec{})).blocks();
  };
  EXPECT_EQ(blocks(1), 1);
  EXPECT_EQ(blocks(64), 1);
  EXPECT_EQ(blocks(65), 2);
}

TEST(PackedPlanes, HalvesOfAPairHoldMagnitudes) {
  ArraySpec array;
  array.subtract = Subtract::kDigital;
  const PackedPlanes planes = pack_planes(map_layer(linear_layer(1, {1, -1}, 2, 1), array));
  ASSERT_EQ(planes.column_planes.size(), 2U);
  EXPECT_EQ(planes.column_planes[0].factor, 1);
  EXPECT_EQ(planes.column_planes[1].factor, -1);
  EXPECT_EQ(planes.bits_of(0, 0, 0)[lane_of_column(0)], 0b01);
  EXPECT_EQ(planes.bits_of(0, 0, 0)[lane_of_column(1)], 0b10);
  EXPECT_EQ(planes.sums.minimum, 0);
}

// 2-bit cells and a 2-bit DAC: weights 5, −6 and 3 have digits 1, −2, 3 and 1, −1, 0. Packing
// 32-bit sums to bytes takes four from each of four vectors in turn, so that lane 4 begins the
// second one.
TEST(PackedPlanes, FourDigitsOfAColumnAreAGroup) {
  ArraySpec array;
  array.cell_bits = array.dac_bits = 2;
  const PackedPlanes planes = pack_planes(map_layer(linear_layer(1, {5, -6, 3}, 4, 4), array));
  ASSERT_TRUE(planes.has_digits());
  const std::int8_t* digits = planes.digits_of(0, 0, 0);
  EXPECT_THAT(std::span(digits, 4), ElementsAre(1, -2, 3, 0));  // column 0 in lane 0
  ASSERT_EQ(lane_of_column(1), 4);
  EXPECT_EQ(digit_group_of_lane(4), 16);
  EXPECT_THAT(std::span(digits + 64, 4), ElementsAre(1, -1, 0, 0));
}

TEST(PackedPlanes, DigitsOfOneBitAreCountedAsBits) {
  EXPECT_FALSE(pack_planes(map_layer(linear_layer(1, {5}, 4, 4), ArraySpec{})).has_digits());
}

/// The row byte of a plane in a lane, which must stand in its word eight times.
int row_byte(const PackedInputs& inputs, std::int64_t plane_byte, std::int64_t lane) {
  const auto words = inputs.words.data<std::int64_t>();
  const auto word =
      static_cast<std::uint64_t>(words[static_cast<std::size_t>(plane_byte * inputs.lanes + lane)]);
  EXPECT_EQ(word, (word & 0xFF) * 0x0101010101010101);
  return static_cast<int>(word & 0xFF);
}

/// Encoded and packed, all output rows.
PackedInputs packed(const IntegerLayer& layer, const std::vector<std::int32_t>& image,
                    const ArraySpec& array = {}) {
  const CimLayer mapped = map_layer(layer, array);
  const PackedPlanes planes = pack_planes(mapped);
  const InputPacker packer(mapped, planes.tiles, true);
  PackedInputs inputs =
      packer.make_inputs(array.dac_bits > 1 ? InputForm::kDigits : InputForm::kWords);
  InputCodes codes;
  packer.encode(image, codes);
  packer.pack(codes, 0, 0, layer.geometry.out_height(), inputs);
  return inputs;
}

// 5 = 101 and 2 = 10 in rows 0 and 1: planes 01, 10, 01 of rows 1, 0. Stream 3 is all zero.
TEST(PackedInputs, APlaneHoldsOneBitOfEveryRow) {
  const PackedInputs inputs = packed(linear_layer(1, {1, 1}, 2, 4), {5, 2});
  EXPECT_EQ(inputs.planes, 4);
  EXPECT_EQ(row_byte(inputs, 0, 0), 0b01);
  EXPECT_EQ(row_byte(inputs, 1, 0), 0b10);
  EXPECT_EQ(row_byte(inputs, 2, 0), 0b01);
  EXPECT_EQ(row_byte(inputs, 3, 0), 0);
  const auto active = inputs.active.data<std::uint8_t>();
  const auto sums = inputs.digit_sums.data<std::int32_t>();
  const auto lanes = static_cast<std::size_t>(inputs.lanes);
  EXPECT_NE(active[2 * lanes], 0);
  EXPECT_EQ(active[3 * lanes], 0);
  EXPECT_EQ(sums[0], 1);
  EXPECT_EQ(sums[3 * lanes], 0);
}

// 13 = 3 · 4 + 1 and 2 in rows 0 and 1, in digits of 2 bits.
TEST(PackedInputs, FourDigitsOfAStreamAreAGroup) {
  ArraySpec array;
  array.cell_bits = array.dac_bits = 2;
  const PackedInputs inputs = packed(linear_layer(1, {1, 1}, 2, 4), {13, 2}, array);
  ASSERT_TRUE(inputs.form == InputForm::kDigits);
  const std::uint8_t* digits = inputs.digits.data<std::uint8_t>().data();
  const PackedTile tile{0, 1, 0, 1};
  EXPECT_THAT(std::span(digits + inputs.digit_offset(tile, 0), 4), ElementsAre(1, 2, 0, 0));
  EXPECT_THAT(std::span(digits + inputs.digit_offset(tile, 1), 4), ElementsAre(3, 0, 0, 0));
  const auto sums = inputs.digit_sums.data<std::int32_t>();
  EXPECT_EQ(sums[0], 3);
  EXPECT_EQ(sums[static_cast<std::size_t>(inputs.stream_offset(0, 1))], 3);
}

// 1 × 2 kernels, stride 2, padded by 1 with 0. Of the rows pads, 1 1 1 1 1, 1 0 1 1 0, pads the
// stride visits the first and the third; its positions see 0 1, 0 1 and 1 0, the first as bit 0.
TEST(PackedInputs, NeighbouringPositionsLieInNeighbouringLanes) {
  IntegerLayer layer = linear_layer(1, {1, 1}, 2, 1);
  layer.geometry = ConvGeometry{1, 2, 5, 1, 1, 2, 2, 1, 1};
  const PackedInputs inputs = packed(layer, {1, 1, 1, 1, 1, 1, 0, 1, 1, 0});
  ASSERT_EQ(inputs.rows, 2);
  ASSERT_EQ(inputs.width, 3);
  for (std::int64_t x = 0; x < 3; ++x) EXPECT_EQ(row_byte(inputs, 0, x), 0);
  EXPECT_EQ(row_byte(inputs, 0, inputs.pitch), 0b10);
  EXPECT_EQ(row_byte(inputs, 0, inputs.pitch + 1), 0b10);
  EXPECT_EQ(row_byte(inputs, 0, inputs.pitch + 2), 0b01);
}

}  // namespace
}  // namespace bitline
