// Columns in pairs: the tables by hand, which layers take them, and the kernel that looks them up
// against the definition.
#include "bitline/kernels/convert_pairs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/testing/fused_engine.h"

namespace bitline {
namespace {

using test::Draw;
using test::expect_equal;
using test::FusedLayerTest;
using testing::ElementsAre;

// Columns a = 1, −1, 0, 1, −1 and b = −1, −1, 1, 0, 0: in the first table, A(k) starts from the one
// −1 of its four rows, B(k) from two.
TEST(ColumnPairs, AnEntryHoldsTheCountsOfTwoColumns) {
  const std::vector<std::int32_t> weights{1, -1, 0, 1, -1, -1, -1, 1, 0, 0};
  const CimLayer layer = map_layer(test::linear_layer(2, weights, 2, 1), ArraySpec{});
  const PackedPlanes planes = pack_planes(layer);
  ASSERT_TRUE(fits_pairs(layer, planes));
  const ColumnPairs pairs = pair_columns(layer, planes);
  ASSERT_EQ(pairs.pairs, 1);
  const std::uint8_t* table = pairs.tables_of(planes, 0, 0);
  EXPECT_EQ(table[0b0000], 1 + 16 * 2);
  EXPECT_EQ(table[0b0001], 2 + 16 * 1);
  EXPECT_EQ(table[0b0011], 1 + 16 * 0);
  EXPECT_EQ(table[0b1100], 2 + 16 * 3);
  EXPECT_EQ(table[0b1111], 2 + 16 * 1);
  const std::uint8_t* rest = table + kTableEntries;  // the fifth row, and three that are not there
  EXPECT_EQ(rest[0b0000], 1);
  EXPECT_EQ(rest[0b0001], 0);
  EXPECT_THAT(std::span(pairs.negatives_of(planes, 0, 0), 2), ElementsAre(2, 2));
}

TEST(ColumnPairs, TheLastOfAnOddNumberOfChannelsHasAnEmptyNeighbour) {
  const CimLayer layer = map_layer(test::linear_layer(3, {1, 1, 1}, 2, 1), ArraySpec{});
  const PackedPlanes planes = pack_planes(layer);
  const ColumnPairs pairs = pair_columns(layer, planes);
  ASSERT_EQ(pairs.pairs, 2);
  const std::uint8_t* table = pairs.tables_of(planes, 0, 0);
  EXPECT_EQ(table[1], 1 + 16 * 1);
  EXPECT_EQ(table[kTableEntries + 1], 1);
}

TEST(ColumnPairs, NeedDigitsOfOneBit) {
  const auto fits = [](int cell_bits, int dac_bits) {
    ArraySpec array;
    array.cell_bits = cell_bits;
    array.dac_bits = dac_bits;
    const CimLayer layer = map_layer(test::linear_layer(1, {7, -7}, 4, 4), array);
    return fits_pairs(layer, pack_planes(layer));
  };
  EXPECT_TRUE(fits(1, 1));
  EXPECT_FALSE(fits(2, 1));
  EXPECT_FALSE(fits(1, 2));
}

/// 8 → 6 channels of 3 × 3 kernels, `side` × `side` outputs.
CimLayer square_layer(Encoding encoding, std::int64_t side) {
  IntegerLayer layer;
  layer.geometry = ConvGeometry{8, side, side, 6, 3, 3, 1, 1, 1};
  layer.weights = Tensor(DType::kI32, {6, layer.geometry.fan_in()});
  Random random(21);
  for (std::int32_t& weight : layer.weights.data<std::int32_t>())
    weight = static_cast<std::int32_t>(random.below(15)) - 7;
  ArraySpec array;
  array.encoding = encoding;
  return map_layer(layer, array);
}

/// With an ADC of few bits that suits any layer.
bool takes_pairs(const CimLayer& layer, bool has_histogram = false) {
  AdcSpec spec;
  spec.levels = 16;
  spec.delta = layer.sums.magnitude();
  const LayerAdc adc = make_layer_adc(layer, make_code_table(spec, layer.sums));
  return FusedLayer(layer).input_form(adc, has_histogram) == InputForm::kNibbles;
}

// 64 positions fill all vectors, 16 one of 16 lanes, half of one of 32 and a fourth of one of 64.
TEST_F(FusedLayerTest, LanesArePositionsWhereThatPays) {
  for (const std::string_view name : instruction_sets()) {
    force_instruction_set(name);
    const bool has_vectors = name != "scalar";
    const bool counts_bytes = name == "avx512-bitalg";
    EXPECT_EQ(takes_pairs(square_layer(encodings::kDifferential, 8)), has_vectors) << name;
    EXPECT_EQ(takes_pairs(square_layer(encodings::kTwosComplement, 8)),
              has_vectors && !counts_bytes)
        << name;
    EXPECT_EQ(takes_pairs(square_layer(encodings::kDifferential, 4)),
              has_vectors && pair_lanes() <= 32)
        << name;
    EXPECT_EQ(takes_pairs(square_layer(encodings::kTwosComplement, 4)),
              has_vectors && pair_lanes() == 16)
        << name;
    EXPECT_FALSE(takes_pairs(square_layer(encodings::kDifferential, 1))) << name;
  }
}

/// A layer of one-bit cells and DACs with 30 to 150 outputs a channel, of any kernel, stride,
/// padding and groups.
IntegerLayer draw_many_positions(const test::MappingCase& mapping, const Draw& draw) {
  IntegerLayer layer = test::draw_layer(mapping, draw);
  ConvGeometry& geometry = layer.geometry;
  geometry.in_height += draw(5, 9) * geometry.stride.height;
  geometry.in_width += draw(5, 9) * geometry.stride.width;
  layer.input_bits = layer.input_odd ? 1 : static_cast<int>(draw(1, 9));
  layer.pad_value = test::draw_activation(layer, draw);
  return layer;
}

TEST_F(FusedLayerTest, PairsEqualTheReferenceUnderEveryEncoding) {
  Random random(22);
  const Draw draw = test::draw_from(random);
  for (test::MappingCase mapping : test::every_encoding())
    for (const test::InputKind input :
         {test::InputKind::kUnsigned, test::InputKind::kTwosComplement}) {
      mapping.input = input;
      int taken = 0;
      for (int repeat = 0; repeat < 12; ++repeat) {
        const IntegerLayer layer = draw_many_positions(mapping, draw);
        test::draw_rows(mapping, layer, draw);
        const CimLayer mapped = map_layer(layer, mapping.array);
        const LayerAdc adc = test::draw_adc(mapped, draw);
        expect_equal(mapped, adc, test::draw_activations(layer, 1, draw), draw(0, 1) == 1);
        ASSERT_FALSE(HasFatalFailure()) << describe(mapping);
        for (const std::string_view name : instruction_sets()) {
          force_instruction_set(name);
          taken += FusedLayer(mapped).input_form(adc, false) == InputForm::kNibbles ? 1 : 0;
        }
      }
      if (instruction_sets().size() > 1) {
        EXPECT_GT(taken, 0) << describe(mapping);
      }
    }
}

/// `rows` inputs of 4 bits, as a 1 × 1 kernel on 6 × 6, into three channels that hold 15, −15 and
/// 15 in the even rows alone.
CimLayer full_layer(std::int64_t rows) {
  IntegerLayer layer;
  layer.geometry = ConvGeometry{rows, 6, 6, 3, 1, 1, 1, 0, 1};
  layer.weight_bits = 5;
  layer.weights = Tensor(DType::kI32, {3, rows});
  const auto weights = layer.weights.data<std::int32_t>();
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
    weights[row] = 15;
    weights[static_cast<std::size_t>(rows) + row] = -15;
    weights[2 * static_cast<std::size_t>(rows) + row] = row % 2 == 0 ? 15 : 0;
  }
  ArraySpec array;
  array.rows = rows;
  return map_layer(layer, array);
}

// Every row driven: counts reach 4 in each group, and sums both ends of what a byte holds. From 128
// rows on, a byte does not hold them, and lanes are columns. Rows of one to three groups more than
// threes of them, and rows that fill no group.
TEST_F(FusedLayerTest, PairsOfFullColumnsEqualTheReference) {
  for (const std::int64_t rows : {1, 4, 5, 8, 9, 11, 12, 13, 24, 121, 124, 125, 127, 128}) {
    const CimLayer layer = full_layer(rows);
    const std::vector<std::int32_t> activations(static_cast<std::size_t>(36 * rows), 15);
    std::vector<std::int64_t> outputs(std::size_t{3} * 36);
    FusedLayer(layer).accumulate(test::lossless(layer), 1, activations, outputs);
    EXPECT_EQ(outputs[0], 225 * rows);
    EXPECT_EQ(outputs[36], -225 * rows);
    EXPECT_EQ(outputs[72], 225 * ((rows + 1) / 2));
    expect_equal(layer, test::lossless(layer), activations);
    ASSERT_FALSE(HasFatalFailure()) << rows;
  }
}

// Five to seventeen steps, so that none are compared one by one, in one lookup, in two, in segments
// and, where a step is doubled, in many.
TEST_F(FusedLayerTest, PairsEqualTheReferenceUnderWindowsOfAnySize) {
  Random random(23);
  const Draw draw = test::draw_from(random);
  const CimLayer layer = square_layer(encodings::kDifferential, 8);
  const std::vector<std::int32_t> activations = test::draw_activations(layer, 1, draw);
  for (const std::int64_t width : {5, 14, 15, 16, 30, 31, 32, 33, 60, 100, 130}) {
    std::vector<std::int64_t> thresholds;
    std::vector<Rational> values{Rational(-3)};
    for (std::int64_t p = -width / 2; p < width - width / 2; p += 1 + width / 12) {
      thresholds.push_back(p);
      values.emplace_back(values.back() + Rational(draw(1, 3)));
    }
    if (draw(0, 1) == 0) {
      thresholds.push_back(thresholds.back() + 1);
      values.emplace_back(values.back() + Rational(2));
    }
    const CodeTable table = table_from_values(layer.sums, thresholds, values);
    expect_equal(layer, make_layer_adc(layer, table), activations);
    ASSERT_FALSE(HasFatalFailure()) << width;
  }
}

}  // namespace
}  // namespace bitline
