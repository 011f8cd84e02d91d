// The fast engine against the definition, with zero tolerance, on every instruction set that this
// processor has.
#include "bitline/kernels/fused_layer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "bitline/base/error.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/fused_engine.h"

namespace bitline {
namespace {

using test::convolution;
using test::describe;
using test::Draw;
using test::draw_adc;
using test::expect_equal;
using test::FusedLayerTest;
using test::lossless;
using test::MappingCase;
using test::message_of;

TEST_F(FusedLayerTest, EqualsTheReferenceUnderEveryMapping) {
  Random random(5);
  const Draw draw = test::draw_from(random);
  for (MappingCase mapping : test::every_mapping()) {
    const IntegerLayer layer = test::draw_layer(mapping, draw);
    test::draw_rows(mapping, layer, draw);
    const CimLayer mapped = map_layer(layer, mapping.array);
    const auto activations = test::draw_activations(layer, draw(1, 3), draw);
    expect_equal(mapped, draw_adc(mapped, draw), activations, draw(0, 1) == 1);
    ASSERT_FALSE(HasFatalFailure()) << describe(mapping);
  }
}

// Their codes take two bytes.
TEST_F(FusedLayerTest, EqualsTheReferenceForActivationsOfMoreThanAByte) {
  Random random(11);
  const Draw draw = test::draw_from(random);
  for (MappingCase mapping : test::every_mapping()) {
    IntegerLayer layer = test::draw_layer(mapping, draw);
    if (layer.input_odd) continue;
    layer.input_bits = static_cast<int>(draw(7, 12));
    layer.pad_value = test::draw_activation(layer, draw);
    test::draw_rows(mapping, layer, draw);
    const CimLayer mapped = map_layer(layer, mapping.array);
    expect_equal(mapped, draw_adc(mapped, draw), test::draw_activations(layer, 2, draw));
    ASSERT_FALSE(HasFatalFailure()) << describe(mapping) << ", " << layer.input_bits << " bits";
  }
}

/// A fully connected layer of one shape.
CimLayer draw_linear(MappingCase mapping, std::int64_t fan_in, std::int64_t outputs,
                     const Draw& draw) {
  IntegerLayer layer = test::draw_layer(mapping, draw);
  layer.geometry = ConvGeometry{fan_in, 1, 1, outputs, 1, 1, 1, 0, 1};
  layer.weights = Tensor(DType::kI32, {outputs, fan_in});
  for (std::int32_t& weight : layer.weights.data<std::int32_t>())
    weight = static_cast<std::int32_t>(test::draw_weight(layer, draw));
  mapping.array.rows = draw(0, 1) == 0 ? 128 : 256;
  return map_layer(layer, mapping.array);
}

// Rows around bytes, words, vectors and the 31 bytes that a byte lane can count; columns around
// blocks of 64.
TEST_F(FusedLayerTest, EqualsTheReferenceAroundWordAndVectorBorders) {
  Random random(6);
  const Draw draw = test::draw_from(random);
  const std::vector<MappingCase> mappings = test::every_mapping();
  for (const std::int64_t fan_in : {1, 7, 8, 9, 63, 64, 65, 127, 128, 129, 144, 248, 249, 257})
    for (int repeat = 0; repeat < 25; ++repeat) {
      const MappingCase& mapping =
          mappings[static_cast<std::size_t>(draw(0, std::ssize(mappings) - 1))];
      const CimLayer layer = draw_linear(mapping, fan_in, draw(1, 70), draw);
      const auto activations = test::draw_activations(layer, 2, draw);
      expect_equal(layer, draw_adc(layer, draw), activations);
      ASSERT_FALSE(HasFatalFailure()) << describe(mapping) << " fan-in " << fan_in;
    }
}

TEST_F(FusedLayerTest, EqualsTheReferenceOnAnyLayer) {
  const std::vector<MappingCase> mappings = test::every_mapping();
  EXPECT_TRUE(rc::check([&] {
    const Draw draw = [](std::int64_t least, std::int64_t most) {
      return *rc::gen::inRange(least, most + 1);
    };
    MappingCase mapping = *rc::gen::elementOf(mappings);
    const IntegerLayer layer = test::draw_layer(mapping, draw);
    test::draw_rows(mapping, layer, draw);
    const CimLayer mapped = map_layer(layer, mapping.array);
    expect_equal(mapped, draw_adc(mapped, draw), test::draw_activations(layer, 2, draw));
    RC_ASSERT(!testing::Test::HasFatalFailure());
  }));
}

TEST_F(FusedLayerTest, DoesNotDependOnThreads) {
  Random random(7);
  const CimLayer layer = convolution(random, encodings::kTwosComplement);
  const auto activations = test::draw_activations(layer, 3, test::draw_from(random));
  const LayerAdc adc = draw_adc(layer, test::draw_from(random));
  for (const int threads : {1, 2, 3}) {
    set_thread_count(threads);
    expect_equal(layer, adc, activations);
    ASSERT_FALSE(HasFatalFailure()) << threads << " threads";
  }
}

TEST_F(FusedLayerTest, EqualsTheReferenceOnDepthwiseConvolutions) {
  Random random(8);
  const CimLayer layer = convolution(random, encodings::kDifferential, 16);
  const auto activations = test::draw_activations(layer, 2, test::draw_from(random));
  expect_equal(layer, draw_adc(layer, test::draw_from(random)), activations);
}

/// `rows` inputs of 1 bit into one column of +1 and one of −1.
CimLayer full_columns(std::int64_t rows) {
  std::vector<std::int32_t> weights(static_cast<std::size_t>(2 * rows), 1);
  std::fill(weights.begin() + rows, weights.end(), -1);
  ArraySpec array;
  array.rows = rows;
  return map_layer(test::linear_layer(2, weights, 2, 1), array);
}

// Sums from −127 to 127 fit a byte, from −128 to 128 they do not: 128 must not come out as −128.
TEST_F(FusedLayerTest, FullColumnsReachBothEndsOfTheRange) {
  for (const std::int64_t rows : {127, 128, 255, 256}) {
    const CimLayer layer = full_columns(rows);
    const std::vector<std::int32_t> ones(static_cast<std::size_t>(rows), 1);
    std::vector<std::int64_t> outputs(2);
    FusedLayer(layer).accumulate(lossless(layer), 1, ones, outputs);
    EXPECT_THAT(outputs, testing::ElementsAre(rows, -rows));
    expect_equal(layer, lossless(layer), ones);
  }
}

// 128 rows of 15 · 15: the largest sums that 4-bit cells and DACs give, 28,800.
TEST_F(FusedLayerTest, LargestDigitsReachBothEndsOfTheRange) {
  std::vector<std::int32_t> weights(256, 15);
  std::fill(weights.begin() + 128, weights.end(), -15);
  ArraySpec array;
  array.cell_bits = array.dac_bits = 4;
  const CimLayer layer = map_layer(test::linear_layer(2, weights, 5, 4), array);
  const std::vector<std::int32_t> activations(128, 15);
  std::vector<std::int64_t> outputs(2);
  FusedLayer(layer).accumulate(lossless(layer), 1, activations, outputs);
  EXPECT_THAT(outputs, testing::ElementsAre(28800, -28800));
  expect_equal(layer, lossless(layer), activations);
}

// Wide sums of digits, and of bits where a column has more rows than a byte has values.
TEST_F(FusedLayerTest, EqualsTheReferenceWhereThresholdsAreCounted) {
  Random random(9);
  const Draw draw = test::draw_from(random);
  for (const int bits : {1, 2, 4})
    for (const std::int64_t part : {1, 2, 3}) {
      IntegerLayer layer =
          test::linear_layer(70, std::vector<std::int32_t>(std::size_t{70} * 600), 5, 4);
      for (std::int32_t& weight : layer.weights.data<std::int32_t>())
        weight = static_cast<std::int32_t>(draw(-15, 15));
      ArraySpec array;
      array.rows = 600;
      array.cell_bits = array.dac_bits = bits;
      const CimLayer mapped = map_layer(layer, array);
      AdcSpec spec;
      spec.levels = draw(3, 64);
      spec.delta = mapped.sums.magnitude() / part;
      const LayerAdc adc = make_layer_adc(mapped, make_code_table(spec, mapped.sums));
      expect_equal(mapped, adc, test::draw_activations(layer, 2, draw));
      ASSERT_FALSE(HasFatalFailure()) << bits << " bits, a range of 1 / " << part;
    }
}

// 16 bits hold 255 · 128 but not 255 · (128 + 64 + …): totals have to spill between streams.
TEST_F(FusedLayerTest, HighMultiplesOfEightStreamsDoNotOverflow) {
  std::vector<std::int32_t> weights(128, 1);
  const CimLayer layer = map_layer(test::linear_layer(1, weights, 2, 8), ArraySpec{});
  const std::vector<std::int32_t> activations(128, 255);
  for (const std::int64_t top : {255, 256, 65535, 65536}) {
    const CodeTable table = table_from_values({-128, 128}, {100, 101}, {0, 1, top});
    std::vector<std::int64_t> outputs(1);
    FusedLayer(layer).accumulate(make_layer_adc(layer, table), 1, activations, outputs);
    EXPECT_EQ(outputs[0], 255 * top);  // 1 + 2 + … + 128 times the value of 128
    expect_equal(layer, make_layer_adc(layer, table), activations);
  }
}

// Zero-rise, 4 levels, δ = 8: the value of p = 0 is 2, Y = 2 · (1 + 2 + 4 + 8) = 30.
TEST_F(FusedLayerTest, AllZeroStreamsAddTheValueOfTheCodeOfZero) {
  IntegerLayer ones = test::linear_layer(1, std::vector<std::int32_t>(16, 1), 2, 4);
  const CimLayer layer = map_layer(ones, ArraySpec{});
  AdcSpec spec;
  spec.quantizer = quantizers::kZeroRise;
  spec.levels = 4;
  spec.delta = 8;
  const LayerAdc adc = make_layer_adc(layer, make_code_table(spec, layer.sums));
  const std::vector<std::int32_t> zeros(16, 0);
  std::vector<std::int64_t> outputs(1);
  FusedLayer(layer).accumulate(adc, 1, zeros, outputs);
  EXPECT_EQ(Rational(outputs[0]) * adc.unit, Rational(30));
  expect_equal(layer, adc, zeros);
}

TEST_F(FusedLayerTest, RefusesActivationsOffTheirGrid) {
  const CimLayer layer = full_columns(4);
  std::vector<std::int64_t> outputs(2);
  const std::vector<std::int32_t> activations{0, 1, 2, 0};
  EXPECT_THAT(
      message_of([&] { FusedLayer(layer).accumulate(lossless(layer), 1, activations, outputs); }),
      testing::HasSubstr("activation 2"));
}

TEST_F(FusedLayerTest, RefusesBuffersOfAnotherSize) {
  const CimLayer layer = full_columns(4);
  std::vector<std::int64_t> outputs(1);
  const std::vector<std::int32_t> activations{0, 1, 1, 0};
  EXPECT_THROW(FusedLayer(layer).accumulate(lossless(layer), 1, activations, outputs), Error);
}

}  // namespace
}  // namespace bitline
