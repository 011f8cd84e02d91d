// The definition against a plain integer convolution, for random layers under every mapping.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <numeric>

#include "bitline/adc/adc_spec.h"
#include "bitline/mapping/map.h"
#include "bitline/testing/layers.h"
#include "bitline/testing/reference_engine.h"

namespace bitline {
namespace {

using test::accumulate;
using test::describe;
using test::Draw;
using test::lossless;
using test::MappingCase;

/// Σ_k W_k A_k written as a convolution, with no word of planes, streams or tiles.
std::vector<std::int64_t> plain_convolution(const IntegerLayer& layer, std::int64_t images,
                                            const std::vector<std::int32_t>& activations) {
  const ConvGeometry& g = layer.geometry;
  const auto weights = layer.weights.data<std::int32_t>();
  const std::int64_t in_group = g.in_channels / g.groups;
  std::vector<std::int64_t> outputs;
  for (std::int64_t n = 0; n < images; ++n)
    for (std::int64_t o = 0; o < g.out_channels; ++o)
      for (std::int64_t y = 0; y < g.out_height(); ++y)
        for (std::int64_t x = 0; x < g.out_width(); ++x) {
          std::int64_t sum = 0;
          std::size_t weight = static_cast<std::size_t>(o * g.fan_in());
          for (std::int64_t c = 0; c < in_group; ++c)
            for (std::int64_t v = 0; v < g.kernel_height; ++v)
              for (std::int64_t u = 0; u < g.kernel_width; ++u) {
                const std::int64_t channel = o / (g.out_channels / g.groups) * in_group + c;
                const std::int64_t row =
                    y * g.stride.height + v * g.dilation.height - g.padding.top;
                const std::int64_t column =
                    x * g.stride.width + u * g.dilation.width - g.padding.left;
                const bool pad =
                    row < 0 || row >= g.in_height || column < 0 || column >= g.in_width;
                const std::int64_t at =
                    ((n * g.in_channels + channel) * g.in_height + row) * g.in_width + column;
                sum += weights[weight++] *
                       (pad ? layer.pad_value : activations[static_cast<std::size_t>(at)]);
              }
          outputs.push_back(sum);
        }
  return outputs;
}

/// The table that makes an ADC of a layer's sums.
using MakeAdc = std::function<LayerAdc(const CimLayer& layer)>;

/// Such tables give the plain convolution of a drawn layer, exactly.
void expect_exact(MappingCase mapping, const Draw& draw, const MakeAdc& make_adc = lossless) {
  const IntegerLayer layer = test::draw_layer(mapping, draw);
  test::draw_rows(mapping, layer, draw);
  const CimLayer mapped = map_layer(layer, mapping.array);
  const std::vector<std::int32_t> activations = test::draw_activations(layer, 2, draw);
  const LayerAdc adc = make_adc(mapped);
  const std::vector<std::int64_t> outputs = accumulate(mapped, adc, activations);
  const std::vector<std::int64_t> expected = plain_convolution(layer, 2, activations);
  ASSERT_EQ(outputs.size(), expected.size());
  for (std::size_t i = 0; i < outputs.size(); ++i)
    ASSERT_EQ(Rational(outputs[i]) * adc.unit, Rational(expected[i])) << describe(mapping);
}

TEST(ReferenceLossless, EqualsThePlainConvolutionUnderEveryMapping) {
  Random random(3);
  const Draw draw = test::draw_from(random);
  for (const MappingCase& mapping : test::every_mapping())
    for (int layer = 0; layer < 3; ++layer) {
      expect_exact(mapping, draw);
      if (HasFatalFailure()) return;
    }
}

TEST(ReferenceLossless, EqualsThePlainConvolutionOfAnyLayer) {
  const std::vector<MappingCase> mappings = test::every_mapping();
  EXPECT_TRUE(rc::check([&] {
    const Draw draw = [](std::int64_t least, std::int64_t most) {
      return *rc::gen::inRange(least, most + 1);
    };
    expect_exact(*rc::gen::elementOf(mappings), draw);
    RC_ASSERT(!testing::Test::HasFatalFailure());
  }));
}

/// Full range with as many levels as ISAAC takes: ⌊n (2^m − 1)(2^d − 1) / 2⌋ + 1.
LayerAdc isaac_adc(const CimLayer& layer) {
  std::int64_t rows = 0;
  for (const Tile& tile : layer.tiles) rows = std::max(rows, std::ssize(tile));
  const std::int64_t cell = (1 << layer.array.cell_bits) - 1;
  AdcSpec spec;
  spec.quantizer = quantizers::kFullRange;
  spec.levels = std::max<std::int64_t>(rows * cell * layer.streams.range().maximum / 2 + 1, 2);
  return make_layer_adc(layer, make_code_table(spec, layer.sums));
}

TEST(ReferenceLossless, ComplementsNeedHalfTheLevelsWhereInputsAreNotNegative) {
  Random random(4);
  const Draw draw = test::draw_from(random);
  for (const MappingCase& mapping : test::every_mapping()) {
    const bool has_sign = mapping.input != test::InputKind::kUnsigned &&
                          mapping.input != test::InputKind::kTwosComplement;
    if (mapping.array.column_flip != ColumnFlip::kComplement || has_sign) continue;
    for (int layer = 0; layer < 3; ++layer) {
      expect_exact(mapping, draw, isaac_adc);
      if (HasFatalFailure()) return;
    }
  }
}

/// Σ p over all conversions of fully driven fan-ins, from digits alone: a pair that is subtracted
/// digitally gives p⁺ + p⁻, so its digits count by magnitude. No tiles appear.
std::int64_t sum_of_partial_sums(const CimLayer& layer, std::int64_t images,
                                 const std::vector<std::int32_t>& activations) {
  auto collapsed = static_cast<const IntegerLayer&>(
      layer);  // weights replaced by Σ_i b_i, activations by Σ_j x_j
  collapsed.weights = Tensor(DType::kI32, layer.weights.shape());
  const auto digits = layer.planes.digits.data<std::int8_t>();
  const auto weights = collapsed.weights.data<std::int32_t>();
  for (std::size_t at = 0; at < digits.size(); ++at)
    weights[at % weights.size()] += layer.subtract_digitally ? std::abs(digits[at]) : digits[at];
  const auto digit_sum = [&](std::int64_t activation) {
    std::int64_t sum = 0;
    for (std::int64_t j = 0; j < layer.streams.count(); ++j)
      sum += layer.streams.digit(activation, j);
    return sum;
  };
  collapsed.pad_value = digit_sum(layer.pad_value);
  std::vector<std::int32_t> digit_sums;
  for (const std::int32_t activation : activations)
    digit_sums.push_back(static_cast<std::int32_t>(digit_sum(activation)));
  const std::vector<std::int64_t> sums = plain_convolution(collapsed, images, digit_sums);
  return std::accumulate(sums.begin(), sums.end(), std::int64_t{0});
}

TEST(ReferenceHistogram, CountsEveryConversionAndItsSum) {
  const std::vector<MappingCase> mappings = test::every_mapping();
  EXPECT_TRUE(rc::check([&] {
    const Draw draw = [](std::int64_t least, std::int64_t most) {
      return *rc::gen::inRange(least, most + 1);
    };
    MappingCase mapping = *rc::gen::elementOf(mappings);
    const IntegerLayer layer = test::draw_layer(mapping, draw);
    test::draw_rows(mapping, layer, draw);
    const CimLayer mapped = map_layer(layer, mapping.array);
    const auto activations = test::draw_activations(layer, 2, draw);
    LayerHistogram histogram(mapped, draw(0, 1) == 1);
    accumulate(mapped, lossless(mapped), activations, &histogram);
    const HistogramStatistics seen = statistics(histogram.total());
    RC_ASSERT(seen.total == 2 * mapped.conversions());
    RC_ASSERT(seen.sum == sum_of_partial_sums(mapped, 2, activations));
  }));
}

}  // namespace
}  // namespace bitline
