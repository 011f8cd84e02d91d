// LibTorch's operators against the definition, with zero tolerance.
#include "bitline/torch/composed_layer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "bitline/adc/stream_tables.h"
#include "bitline/mapping/map.h"
#include "bitline/testing/layers.h"
#include "bitline/testing/reference_engine.h"

namespace bitline {
namespace {

using test::Draw;
using test::MappingCase;

/// Zero-rise: the code of 0 has another value than 0, and few sums keep their own.
LayerAdc coarse_adc(const CimLayer& layer) {
  AdcSpec spec;
  spec.quantizer = quantizers::kZeroRise;
  spec.levels = 4;
  spec.delta = std::max<std::int64_t>(1, layer.sums.magnitude() / 2);
  return make_layer_adc(layer, make_code_table(spec, layer.sums));
}

/// A finer table for every other stream.
LayerAdc stream_adc(const CimLayer& layer) {
  AdcSpec spec;
  spec.levels = 3;
  spec.delta = std::max<std::int64_t>(1, layer.sums.magnitude() / 2);
  for (std::int64_t stream = 0; stream < layer.streams.count(); ++stream)
    spec.stream_shifts.push_back(static_cast<int>(stream % 2));
  return make_layer_adc(layer, make_stream_tables(spec, layer.sums));
}

void expect_equal(MappingCase mapping, const Draw& draw,
                  const std::function<LayerAdc(const CimLayer&)>& make_adc = coarse_adc) {
  const IntegerLayer layer = test::draw_layer(mapping, draw);
  test::draw_rows(mapping, layer, draw);
  const CimLayer mapped = map_layer(layer, mapping.array);
  const LayerAdc adc = make_adc(mapped);
  const std::vector<std::int32_t> activations = test::draw_activations(layer, 2, draw);
  LayerHistogram expected_counts(mapped, true);
  const std::vector<std::int64_t> expected =
      test::accumulate(mapped, adc, activations, &expected_counts);

  const ConvGeometry& g = layer.geometry;
  const Tensor images =
      Tensor::of<std::int32_t>({2, g.in_channels, g.in_height, g.in_width}, activations);
  LayerHistogram counts(mapped, true);
  const at::Tensor y =
      ComposedLayer(mapped, at::kCPU).accumulate(adc, to_torch(images), &counts).contiguous();
  ASSERT_EQ(y.numel(), std::ssize(expected));
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), y.data_ptr<std::int64_t>()));
  EXPECT_EQ(counts.total().counts(), expected_counts.total().counts());
}

TEST(ComposedLayer, EqualsTheReferenceUnderEveryEncoding) {
  Random random(11);
  const Draw draw = test::draw_from(random);
  for (MappingCase mapping : test::every_encoding())
    for (const int dac_bits : {1, 2})
      for (const auto input : {test::InputKind::kUnsigned, test::InputKind::kTwosComplement,
                               test::InputKind::kSignMagnitude, test::InputKind::kBipolar}) {
        mapping.array.dac_bits = dac_bits;
        mapping.array.cell_bits = mapping.array.encoding->is_binary ? 1 : dac_bits;
        mapping.input = input;
        mapping.array.activation_encoding = input == test::InputKind::kSignMagnitude
                                                ? ActivationEncoding::kSignMagnitude
                                                : ActivationEncoding::kTwosComplement;
        expect_equal(mapping, draw);
        expect_equal(mapping, draw, stream_adc);
        ASSERT_FALSE(HasFailure()) << test::describe(mapping);
      }
}

}  // namespace
}  // namespace bitline
