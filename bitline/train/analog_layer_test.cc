#include "bitline/train/analog_layer.h"

#include <gtest/gtest.h>

#include "bitline/adc/stream_tables.h"
#include "bitline/kernels/test_reference.h"
#include "bitline/mapping/map.h"
#include "bitline/mapping/test_layers.h"

namespace bitline {
namespace {

using testing_layers::Draw;
using testing_layers::draw_activations;
using testing_layers::draw_from;
using testing_layers::draw_layer;
using testing_layers::draw_rows;
using testing_layers::MappingCase;

constexpr std::int64_t kImages = 3;
// Powers of two, so that scaling is exact.
constexpr float kInputScale = 0.5F;
constexpr float kWeightScale = 0.25F;

/// Of three levels, every other stream over half of the range.
std::vector<CodeTable> stream_tables(const CimLayer& layer, std::int64_t delta) {
  AdcSpec spec;
  spec.levels = 3;
  spec.delta = delta;
  for (std::int64_t stream = 0; stream < layer.streams.count(); ++stream)
    spec.stream_shifts.push_back(static_cast<int>(stream % 2));
  return make_stream_tables(spec, layer.sums.minimum, layer.sums.maximum);
}

std::vector<CodeTable> some_tables(const CimLayer& layer) {
  return stream_tables(layer, std::max<std::int64_t>(1, layer.sums.magnitude() / 2));
}

Node conv_node(const ConvGeometry& g) {
  Conv conv;
  conv.stride = g.stride;
  conv.padding = g.padding;
  conv.dilation = g.dilation;
  conv.groups = g.groups;
  return {"layer", conv, {"input"}, {}};
}

/// A drawn layer with its integers as LibTorch sees them.
struct Drawn {
  MappingCase mapping;
  IntegerLayer layer;
  std::vector<std::int32_t> activations;

  Drawn(const MappingCase& of, const Draw& draw) : mapping(of), layer(draw_layer(of, draw)) {
    draw_rows(mapping, layer, draw);
    activations = draw_activations(layer, kImages, draw);
  }
  AnalogLayer::Quantized input() const {
    const ConvGeometry& g = layer.geometry;
    const at::Tensor integers = at::tensor(activations, at::kFloat);
    return {integers.view({kImages, g.in_channels, g.in_height, g.in_width}) * kInputScale,
            at::full({1}, kInputScale)};
  }
  AnalogLayer::Quantized weight() const {
    const ConvGeometry& g = layer.geometry;
    const at::Tensor integers = to_torch(layer.weights).to(at::kFloat);
    return {integers.view({g.out_channels, -1, g.kernel_height, g.kernel_width}) * kWeightScale,
            at::full({1}, kWeightScale)};
  }
  AnalogLayer analog(const std::vector<CodeTable>& tables, Engine engine,
                     StraightThrough gradient) const {
    return {conv_node(layer.geometry), layer, tables, {mapping.array, engine, gradient}};
  }
};

TEST(AnalogLayer, ForwardGivesTheIntegersOfTheDefinitionOnEveryEngine) {
  Random random(5);
  for (const MappingCase& mapping : testing_layers::every_encoding()) {
    const Drawn drawn(mapping, draw_from(random));
    const CimLayer mapped = map_layer(drawn.layer, drawn.mapping.array);
    const std::vector<CodeTable> tables = some_tables(mapped);
    const LayerAdc adc = make_layer_adc(mapped, tables);
    const std::vector<std::int64_t> expected =
        test_reference::accumulate(mapped, adc, drawn.activations);
    for (const Engine engine : {Engine::kReference, Engine::kFused, Engine::kComposed}) {
      const at::Tensor y = drawn.analog(tables, engine, StraightThrough::kIdentity)
                               .forward(drawn.input(), drawn.weight())
                               .contiguous();
      ASSERT_EQ(y.numel(), static_cast<std::int64_t>(expected.size()));
      const double unit = adc.unit.to_double() * kInputScale * kWeightScale;
      for (std::size_t i = 0; i < expected.size(); ++i)
        ASSERT_FLOAT_EQ(y.data_ptr<float>()[i],
                        static_cast<float>(static_cast<double>(expected[i]) * unit))
            << describe(mapping) << " " << name_of(engine) << " " << i;
    }
  }
}

struct Gradients {
  at::Tensor input, weight;
};

/// Gradients of Σ seed · y for leaves with the values of `input` and `weight`.
template <typename Forward>
Gradients gradients(const AnalogLayer::Quantized& input, const AnalogLayer::Quantized& weight,
                    const Forward& forward) {
  const at::Tensor a = input.value.detach().clone().requires_grad_(true);
  const at::Tensor w = weight.value.detach().clone().requires_grad_(true);
  const at::Tensor y = forward(a, w);
  at::manual_seed(7);
  (y * at::randn(y.sizes())).sum().backward();
  return {a.grad(), w.grad()};
}

at::Tensor ordinary_conv(const ConvGeometry& g, const at::Tensor& a, const at::Tensor& w) {
  const Padding& p = g.padding;
  const at::Tensor padded = at::constant_pad_nd(a, {p.left, p.right, p.top, p.bottom}, 0);
  return at::conv2d(padded, w, {}, {g.stride.height, g.stride.width}, at::IntArrayRef({0, 0}),
                    {g.dilation.height, g.dilation.width}, g.groups);
}

/// β of equation (19), element by element.
std::vector<double> slopes_of(const at::Tensor& exact, const at::Tensor& value) {
  const std::int64_t channels = exact.size(1);
  std::vector<double> slopes;
  for (std::int64_t o = 0; o < channels; ++o) {
    const at::Tensor y = exact.select(1, o).contiguous().view({-1}).to(at::kDouble);
    const at::Tensor v = value.select(1, o).contiguous().view({-1}).to(at::kDouble);
    double mean = 0, product = 0, square = 0;
    for (std::int64_t i = 0; i < y.numel(); ++i) mean += y.data_ptr<double>()[i];
    mean /= static_cast<double>(y.numel());
    for (std::int64_t i = 0; i < y.numel(); ++i) {
      const double off = y.data_ptr<double>()[i] - mean;
      product += off * v.data_ptr<double>()[i];
      square += off * off;
    }
    slopes.push_back(square > 0 ? product / square : 1);
  }
  return slopes;
}

TEST(AnalogLayer, ScaledGivesTheOrdinaryGradientsTimesTheSlopeOfItsOutputs) {
  Random random(9);
  for (int i = 0; i < 20; ++i) {
    const Drawn drawn(MappingCase{}, draw_from(random));
    const ConvGeometry& g = drawn.layer.geometry;
    const CimLayer mapped = map_layer(drawn.layer, drawn.mapping.array);
    const AnalogLayer analog =
        drawn.analog(some_tables(mapped), Engine::kFused, StraightThrough::kScaled);
    const AnalogLayer::Quantized input = drawn.input(), weight = drawn.weight();
    const std::vector<double> slopes =
        slopes_of(ordinary_conv(g, input.value, weight.value), analog.forward(input, weight));
    const at::Tensor factor = at::tensor(slopes, at::kFloat).view({1, -1, 1, 1});
    const Gradients own = gradients(input, weight, [&](const at::Tensor& a, const at::Tensor& w) {
      return analog.forward({a, input.scale}, {w, weight.scale});
    });
    const Gradients expected = gradients(
        input, weight,
        [&](const at::Tensor& a, const at::Tensor& w) { return ordinary_conv(g, a, w) * factor; });
    EXPECT_TRUE(at::allclose(own.input, expected.input, 1e-3, 1e-3));
    EXPECT_TRUE(at::allclose(own.weight, expected.weight, 1e-3, 1e-3));
  }
}

TEST(AnalogLayer, IdentityGivesTheOrdinaryConvolutionsGradients) {
  Random random(6);
  for (int i = 0; i < 20; ++i) {
    const Drawn drawn(MappingCase{}, draw_from(random));
    const CimLayer mapped = map_layer(drawn.layer, drawn.mapping.array);
    const AnalogLayer analog =
        drawn.analog(some_tables(mapped), Engine::kFused, StraightThrough::kIdentity);
    const AnalogLayer::Quantized input = drawn.input(), weight = drawn.weight();
    const Gradients own = gradients(input, weight, [&](const at::Tensor& a, const at::Tensor& w) {
      return analog.forward({a, input.scale}, {w, weight.scale});
    });
    const Gradients ordinary =
        gradients(input, weight, [&](const at::Tensor& a, const at::Tensor& w) {
          return ordinary_conv(drawn.layer.geometry, a, w);
        });
    EXPECT_TRUE(at::allclose(own.input, ordinary.input, 1e-4, 1e-4)) << i;
    EXPECT_TRUE(at::allclose(own.weight, ordinary.weight, 1e-4, 1e-4)) << i;
  }
}

/// Σ |c_i g_j| [p in range] / Σ |c_i g_j| of one output and tile of a layer with a single position,
/// from the digits one by one; equation (18).
double share_by_hand(const CimLayer& layer, const std::vector<CodeTable>& tables,
                     const std::int32_t* a, std::int64_t out, const Tile& tile) {
  const auto digits = layer.planes.digits.data<std::int8_t>();
  double inside = 0, all = 0;
  for (std::int64_t i = 0; i < layer.planes.count(); ++i)
    for (std::int64_t j = 0; j < layer.streams.count(); ++j) {
      const std::int64_t column = (i * layer.geometry.out_channels + out) * layer.geometry.fan_in();
      const auto [first, last] = unclipped_sums(tables[static_cast<std::size_t>(j)]);
      std::vector<std::int64_t> sums(layer.subtract_digitally ? 2 : 1);
      for (const std::int64_t row : tile) {
        const int b = digits[static_cast<std::size_t>(column + row)];
        const std::int64_t x = layer.streams.digit(a[row], j);
        if (!layer.subtract_digitally) sums[0] += b * x;
        if (layer.subtract_digitally) sums[b > 0 ? 0 : 1] += std::abs(b) * x;
      }
      const auto weight =
          static_cast<double>(std::abs(layer.planes.weights[static_cast<std::size_t>(i)] *
                                       layer.streams.weights[static_cast<std::size_t>(j)]));
      for (const std::int64_t p : sums) {
        inside += p >= first && p <= last ? weight : 0;
        all += weight;
      }
    }
  return inside / all;
}

TEST(AnalogLayer, ClippedWeighsTheGradientByTheConversionsInRange) {
  Random random(8);
  for (const MappingCase& kind : testing_layers::every_encoding()) {
    const std::int64_t inputs = 11, outputs = 4;
    const Draw draw = draw_from(random);
    Drawn drawn(kind, draw);
    std::vector<std::int32_t> weights;
    for (std::int64_t i = 0; i < inputs * outputs; ++i)
      weights.push_back(
          static_cast<std::int32_t>(kind.weight_odd ? 2 * draw(-3, 3) + 1 : draw(-7, 7)));
    drawn.layer = testing_layers::linear_layer(outputs, weights, 4, 3);
    drawn.layer.weight_odd = kind.weight_odd;
    drawn.mapping.array.rows = drawn.mapping.array.active_rows = 4;  // three tiles
    drawn.activations.clear();
    for (std::int64_t i = 0; i < kImages * inputs; ++i)
      drawn.activations.push_back(static_cast<std::int32_t>(draw(0, 7)));

    const CimLayer mapped = map_layer(drawn.layer, drawn.mapping.array);
    const std::vector<CodeTable> tables = stream_tables(mapped, 1);
    const AnalogLayer analog = drawn.analog(tables, Engine::kFused, StraightThrough::kClipped);
    const AnalogLayer::Quantized input = drawn.input(), weight = drawn.weight();
    at::Tensor seed;
    const Gradients own = gradients(input, weight, [&](const at::Tensor& a, const at::Tensor& w) {
      return analog.forward({a, input.scale}, {w, weight.scale});
    });
    at::manual_seed(7);
    seed = at::randn({kImages, outputs});
    bool clips = false;
    at::Tensor of_input = at::zeros({kImages, inputs});
    at::Tensor of_weight = at::zeros({outputs, inputs});
    for (std::int64_t n = 0; n < kImages; ++n)
      for (std::int64_t o = 0; o < outputs; ++o)
        for (const Tile& tile : mapped.tiles) {
          const double share =
              share_by_hand(mapped, tables, drawn.activations.data() + n * inputs, o, tile);
          clips = clips || share < 1;
          for (const std::int64_t k : tile) {
            of_input[n][k] += seed[n][o] * share * weight.value.view({outputs, inputs})[o][k];
            of_weight[o][k] += seed[n][o] * share * input.value.view({kImages, inputs})[n][k];
          }
        }
    EXPECT_TRUE(clips) << describe(kind);
    EXPECT_TRUE(at::allclose(own.input.view({kImages, inputs}), of_input, 1e-4, 1e-5))
        << describe(kind);
    EXPECT_TRUE(at::allclose(own.weight.view({outputs, inputs}), of_weight, 1e-4, 1e-5))
        << describe(kind);
  }
}

TEST(AnalogLayer, ClippedOfConvolutionsAddsUpTheTiles) {
  Random random(9);
  for (int i = 0; i < 10; ++i) {
    const Drawn drawn(MappingCase{}, draw_from(random));
    const CimLayer mapped = map_layer(drawn.layer, drawn.mapping.array);
    const std::vector<CodeTable> lossless = {
        lossless_table(mapped.sums.minimum, mapped.sums.maximum)};
    const AnalogLayer::Quantized input = drawn.input(), weight = drawn.weight();
    const auto with = [&](StraightThrough gradient) {
      const AnalogLayer analog = drawn.analog(lossless, Engine::kFused, gradient);
      return gradients(input, weight, [&](const at::Tensor& a, const at::Tensor& w) {
        return analog.forward({a, input.scale}, {w, weight.scale});
      });
    };
    const Gradients clipped = with(StraightThrough::kClipped);
    const Gradients identity = with(StraightThrough::kIdentity);
    EXPECT_TRUE(at::allclose(clipped.input, identity.input, 1e-4, 1e-4)) << i;
    EXPECT_TRUE(at::allclose(clipped.weight, identity.weight, 1e-4, 1e-4)) << i;
  }
}

TEST(AnalogLayer, RefusesClippedGradientsOfTwosComplementInputs) {
  MappingCase mapping;
  mapping.input = testing_layers::InputKind::kTwosComplement;
  Random random(1);
  const Drawn drawn(mapping, draw_from(random));
  const std::vector<CodeTable> tables = {lossless_table(-4, 4)};
  EXPECT_NO_THROW(drawn.analog(tables, Engine::kFused, StraightThrough::kIdentity));
  EXPECT_THROW(drawn.analog(tables, Engine::kFused, StraightThrough::kClipped), Error);
}

}  // namespace
}  // namespace bitline
