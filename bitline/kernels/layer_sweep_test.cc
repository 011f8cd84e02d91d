// All ADCs from one pass against one ADC after the other, with zero tolerance.
#include <gtest/gtest.h>

#include "bitline/kernels/fused_layer.h"
#include "bitline/testing/fused_engine.h"

namespace bitline {
namespace {

using test::Draw;
using test::draw_adc;
using test::FusedLayerTest;
using test::lossless;
using test::MappingCase;

using LayerSweepTest = FusedLayerTest;

/// accumulate_each() against accumulate(), on all instruction sets.
void expect_each_equal(const CimLayer& layer, const std::vector<LayerAdc>& adcs,
                       const std::vector<std::int32_t>& activations) {
  const FusedLayer fused(layer);
  const std::int64_t images =
      static_cast<std::int64_t>(activations.size()) / layer.geometry.in_size();
  for (const std::string_view name : instruction_sets()) {
    force_instruction_set(name);
    const auto size = static_cast<std::size_t>(images * layer.geometry.out_size());
    std::vector<std::int64_t> expected(adcs.size() * size);
    for (std::size_t i = 0; i < adcs.size(); ++i)
      fused.accumulate(adcs[i], images, activations, std::span(expected).subspan(i * size, size));
    std::vector<std::int64_t> outputs(expected.size(), -1);
    fused.accumulate_each(adcs, images, activations, outputs);
    ASSERT_EQ(outputs, expected) << name;
  }
}

/// Under some ADCs, of which two differ in scale alone, and under some whose columns share a bias.
void expect_each_equal(const CimLayer& layer, const Draw& draw,
                       const std::vector<std::int32_t>& activations) {
  std::vector<LayerAdc> adcs{draw_adc(layer, draw), draw_adc(layer, draw), lossless(layer)};
  CodeTable scaled = adcs[0].tables.front();
  scaled.unit = scaled.unit * Rational(2, 3);
  adcs.push_back(make_layer_adc(layer, scaled));
  expect_each_equal(layer, adcs, activations);
  if (testing::Test::HasFatalFailure() || draw(0, 3) != 0) return;  // emulators run this too
  const std::vector<std::int32_t> bias = test::draw_bias(layer, draw);
  for (LayerAdc& adc : adcs)
    adc = make_layer_adc(layer, std::vector{test::draw_table(layer.sums, draw)}, bias);
  expect_each_equal(layer, adcs, activations);
}

TEST_F(LayerSweepTest, EqualsOneAdcAfterTheOtherUnderEveryMapping) {
  Random random(9);
  const Draw draw = test::draw_from(random);
  for (MappingCase mapping : test::every_mapping()) {
    const IntegerLayer layer = test::draw_layer(mapping, draw);
    test::draw_rows(mapping, layer, draw);
    const CimLayer mapped = map_layer(layer, mapping.array);
    expect_each_equal(mapped, draw, test::draw_activations(layer, draw(1, 3), draw));
    ASSERT_FALSE(HasFatalFailure()) << test::describe(mapping);
  }
}

TEST_F(LayerSweepTest, DoesNotDependOnThreads) {
  Random random(10);
  const Draw draw = test::draw_from(random);
  const CimLayer layer = test::convolution(random, encodings::kOffset, 2);
  const auto activations = test::draw_activations(layer, 3, draw);
  for (const int threads : {1, 2, 3}) {
    set_thread_count(threads);
    expect_each_equal(layer, draw, activations);
    ASSERT_FALSE(HasFatalFailure()) << threads << " threads";
  }
}

// One column of weights 7 reads ±60,000,000 times c g, which 15 · 15 times is more than 32 bits
// hold: values like that are not added up with others.
TEST_F(LayerSweepTest, LargeValuesDoNotOverflow) {
  ArraySpec array;
  array.encoding = encodings::kTwosComplement;
  const CimLayer layer =
      map_layer(test::linear_layer(1, std::vector<std::int32_t>(8, 7), 4, 4), array);
  const auto large = [&](std::int64_t value) {
    return make_layer_adc(layer,
                          table_from_values(layer.sums, {1}, {Rational(-1), Rational(value)}));
  };
  const std::vector<LayerAdc> adcs{large(60'000'000), large(50'000'000)};
  const std::vector<std::int32_t> activations(8, 15);
  std::vector<std::int64_t> outputs(2);
  FusedLayer(layer).accumulate_each(adcs, 1, activations, outputs);
  // Planes of 1, 2 and 4 read 8 in all four streams, the sign plane of −8 reads 0.
  EXPECT_EQ(outputs[0], 7LL * 15 * 60'000'000 + 120);
  EXPECT_EQ(outputs[1], 7LL * 15 * 50'000'000 + 120);
}

}  // namespace
}  // namespace bitline
