#include "bitline/train/analog_layer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "bitline/adc/clipped_sums.h"
#include "bitline/adc/stream_tables.h"
#include "bitline/mapping/map.h"
#include "bitline/testing/layers.h"
#include "bitline/testing/reference_engine.h"

namespace bitline {
namespace {

using test::Draw;
using test::draw_activations;
using test::draw_from;
using test::draw_layer;
using test::draw_rows;
using test::MappingCase;

constexpr std::int64_t kImages = 9;
// Powers of two, so that scaling is exact.
constexpr float kInputScale = 0.5F;
constexpr float kWeightScale = 0.25F;

/// Of three levels, every other stream over half of the range.
PlannedAdc stream_adc(const CimLayer& layer, const Rational& delta) {
  PlannedAdc adc{{}, layer.sums};
  adc.spec.levels = 3;
  adc.spec.delta = delta;
  for (std::int64_t stream = 0; stream < layer.streams.count(); ++stream)
    adc.spec.stream_shifts.push_back(static_cast<int>(stream % 2));
  return adc;
}

PlannedAdc some_adc(const CimLayer& layer) {
  return stream_adc(layer, std::max<std::int64_t>(1, layer.sums.magnitude() / 2));
}

std::vector<CodeTable> tables_of(const PlannedAdc& adc) {
  return make_stream_tables(adc.spec, adc.sums);
}

PlannedAdc lossless_adc(const SumRange& sums) {
  PlannedAdc adc{{}, sums};
  adc.spec.quantizer = quantizers::kLossless;
  return adc;
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
  AnalogLayer analog(const PlannedAdc& adc, Engine engine, Gradient gradient,
                     bool learn_ranges = false) const {
    return {conv_node(layer.geometry), layer, adc, {mapping.array, engine, gradient, learn_ranges}};
  }
};

TEST(AnalogLayer, ForwardGivesTheIntegersOfTheDefinitionOnEveryEngine) {
  Random random(5);
  for (const MappingCase& mapping : test::every_encoding()) {
    const Drawn drawn(mapping, draw_from(random));
    const CimLayer mapped = map_layer(drawn.layer, drawn.mapping.array);
    const PlannedAdc planned = some_adc(mapped);
    const LayerAdc adc = make_layer_adc(mapped, tables_of(planned));
    const std::vector<std::int64_t> expected = test::accumulate(mapped, adc, drawn.activations);
    for (const Engine engine : {Engine::kReference, Engine::kFused, Engine::kComposed}) {
      const at::Tensor y = drawn.analog(planned, engine, gradients::kIdentity)
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
Gradients gradients_of(const AnalogLayer::Quantized& input, const AnalogLayer::Quantized& weight,
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
    const AnalogLayer analog = drawn.analog(some_adc(mapped), Engine::kFused, gradients::kScaled);
    const AnalogLayer::Quantized input = drawn.input(), weight = drawn.weight();
    const std::vector<double> slopes =
        slopes_of(ordinary_conv(g, input.value, weight.value), analog.forward(input, weight));
    const at::Tensor factor = at::tensor(slopes, at::kFloat).view({1, -1, 1, 1});
    const Gradients own =
        gradients_of(input, weight, [&](const at::Tensor& a, const at::Tensor& w) {
          return analog.forward({a, input.scale}, {w, weight.scale});
        });
    const Gradients expected = gradients_of(
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
    const AnalogLayer analog = drawn.analog(some_adc(mapped), Engine::kFused, gradients::kIdentity);
    const AnalogLayer::Quantized input = drawn.input(), weight = drawn.weight();
    const Gradients own =
        gradients_of(input, weight, [&](const at::Tensor& a, const at::Tensor& w) {
          return analog.forward({a, input.scale}, {w, weight.scale});
        });
    const Gradients ordinary =
        gradients_of(input, weight, [&](const at::Tensor& a, const at::Tensor& w) {
          return ordinary_conv(drawn.layer.geometry, a, w);
        });
    EXPECT_TRUE(at::allclose(own.input, ordinary.input, 1e-4, 1e-4)) << i;
    EXPECT_TRUE(at::allclose(own.weight, ordinary.weight, 1e-4, 1e-4)) << i;
  }
}

/// One conversion of a layer with a single position.
struct ByHand {
  double factor = 0;  ///< s c_i g_j, negative for the negative column of a pair
  std::int64_t p = 0;
  std::size_t stream = 0;
};

/// Those of one output and tile, from the digits one by one.
std::vector<ByHand> conversions_by_hand(const CimLayer& layer, const std::int32_t* a,
                                        std::int64_t out, std::size_t t) {
  const auto digits = layer.planes.digits.data<std::int8_t>();
  std::vector<ByHand> conversions;
  for (std::int64_t i = 0; i < layer.planes.count(); ++i)
    for (std::int64_t j = 0; j < layer.streams.count(); ++j) {
      const auto stream = static_cast<std::size_t>(j);
      const std::int64_t column = (i * layer.geometry.out_channels + out) * layer.geometry.fan_in();
      std::vector<std::int64_t> sums(layer.subtract_digitally ? 2 : 1);
      for (const std::int64_t row : layer.tiles[t]) {
        const int b = digits[static_cast<std::size_t>(column + row)];
        const std::int64_t x = layer.streams.digit(a[row], j);
        if (!layer.subtract_digitally) sums[0] += b * x;
        if (layer.subtract_digitally) sums[b > 0 ? 0 : 1] += std::abs(b) * x;
      }
      const auto factor = static_cast<double>(
          layer.planes.sign(i, out, static_cast<std::int64_t>(t)) *
          layer.planes.weights[static_cast<std::size_t>(i)] * layer.streams.weights[stream]);
      conversions.push_back({factor, sums.front(), stream});
      if (sums.size() > 1) conversions.push_back({-factor, sums.back(), stream});
    }
  return conversions;
}

bool in_range(const ByHand& conversion, const std::vector<CodeTable>& tables) {
  const auto [first, last] = unclipped_sums(tables[conversion.stream]);
  return conversion.p >= first && conversion.p <= last;
}

/// Σ |c_i g_j| [p in range] / Σ |c_i g_j| of one output and tile; equation (18).
double share_by_hand(const CimLayer& layer, const std::vector<CodeTable>& tables,
                     const std::int32_t* a, std::int64_t out, std::size_t t) {
  double inside = 0, all = 0;
  for (const ByHand& conversion : conversions_by_hand(layer, a, out, t)) {
    inside += in_range(conversion, tables) ? std::abs(conversion.factor) : 0;
    all += std::abs(conversion.factor);
  }
  return inside / all;
}

/// Σ s c_i g_j (v(p) − p [p in range]) / δ of one output, in LSB; equation (19a).
double slope_by_hand(const CimLayer& layer, const PlannedAdc& adc, const std::int32_t* a,
                     std::int64_t out) {
  const std::vector<CodeTable> tables = tables_of(adc);
  double sum = 0;
  for (std::size_t t = 0; t < layer.tiles.size(); ++t)
    for (const ByHand& conversion : conversions_by_hand(layer, a, out, t)) {
      const CodeTable& table = tables[conversion.stream];
      const double value = table.value(conversion.p) * table.unit.to_double();
      const double own = in_range(conversion, tables) ? static_cast<double>(conversion.p) : 0;
      sum += conversion.factor * (value - own);
    }
  return sum / adc.spec.delta.to_double() / static_cast<double>(layer.correction.divisor);
}

constexpr std::int64_t kInputs = 11;
constexpr std::int64_t kOutputs = 4;

/// Fully connected, in three tiles.
Drawn draw_three_tiles(const MappingCase& kind, const Draw& draw) {
  Drawn drawn(kind, draw);
  std::vector<std::int32_t> weights;
  for (std::int64_t i = 0; i < kInputs * kOutputs; ++i)
    weights.push_back(
        static_cast<std::int32_t>(kind.weight_odd ? 2 * draw(-3, 3) + 1 : draw(-7, 7)));
  drawn.layer = test::linear_layer(kOutputs, weights, 4, 3);
  drawn.layer.weight_odd = kind.weight_odd;
  drawn.mapping.array.rows = drawn.mapping.array.active_rows = 4;
  drawn.activations.clear();
  for (std::int64_t i = 0; i < kImages * kInputs; ++i)
    drawn.activations.push_back(static_cast<std::int32_t>(draw(0, 7)));
  return drawn;
}

TEST(AnalogLayer, ClippedWeighsTheGradientByTheConversionsInRange) {
  Random random(8);
  for (const MappingCase& kind : test::every_encoding()) {
    const Drawn drawn = draw_three_tiles(kind, draw_from(random));
    const std::int64_t inputs = kInputs, outputs = kOutputs;
    const CimLayer mapped = map_layer(drawn.layer, drawn.mapping.array);
    const PlannedAdc adc = stream_adc(mapped, 1);
    const std::vector<CodeTable> tables = tables_of(adc);
    const AnalogLayer analog = drawn.analog(adc, Engine::kFused, gradients::kClipped);
    const AnalogLayer::Quantized input = drawn.input(), weight = drawn.weight();
    at::Tensor seed;
    const Gradients own =
        gradients_of(input, weight, [&](const at::Tensor& a, const at::Tensor& w) {
          return analog.forward({a, input.scale}, {w, weight.scale});
        });
    at::manual_seed(7);
    seed = at::randn({kImages, outputs});
    bool clips = false;
    at::Tensor of_input = at::zeros({kImages, inputs});
    at::Tensor of_weight = at::zeros({outputs, inputs});
    for (std::int64_t n = 0; n < kImages; ++n)
      for (std::int64_t o = 0; o < outputs; ++o)
        for (std::size_t t = 0; t < mapped.tiles.size(); ++t) {
          const double share =
              share_by_hand(mapped, tables, drawn.activations.data() + n * inputs, o, t);
          clips = clips || share < 1;
          for (const std::int64_t k : mapped.tiles[t]) {
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

TEST(AnalogLayer, LearnsItsRangeByWhatOneMoreLsbOfItAdds) {
  Random random(10);
  for (const MappingCase& kind : test::every_encoding()) {
    const Drawn drawn = draw_three_tiles(kind, draw_from(random));
    const CimLayer mapped = map_layer(drawn.layer, drawn.mapping.array);
    const AnalogLayer analog =
        drawn.analog(stream_adc(mapped, 1), Engine::kFused, gradients::kIdentity, true);
    const PlannedAdc learned = stream_adc(mapped, Rational(25, 16));
    at::Tensor delta = at::full({1}, 1.57);
    delta.requires_grad_(true);
    const at::Tensor y = analog.forward(drawn.input(), drawn.weight(), delta);
    const at::Tensor fixed = drawn.analog(learned, Engine::kFused, gradients::kIdentity)
                                 .forward(drawn.input(), drawn.weight());
    EXPECT_TRUE(y.equal(fixed)) << describe(kind);

    at::manual_seed(7);
    const at::Tensor seed = at::randn(y.sizes());
    (y * seed).sum().backward();
    double expected = 0;
    for (const std::int64_t n : {0, 8})  // of nine images, each for four and a half
      for (std::int64_t o = 0; o < kOutputs; ++o)
        expected += 4.5 * seed.view({kImages, kOutputs})[n][o].item<double>() *
                    slope_by_hand(mapped, learned, drawn.activations.data() + n * kInputs, o);
    const double ratios = learned.spec.delta.to_double() * learned.spec.delta.to_double();
    expected *= kInputScale * kWeightScale * ratios / std::sqrt(kOutputs);
    EXPECT_NEAR(delta.grad().item<double>(), expected, 1e-4 * (1 + std::abs(expected)))
        << describe(kind);
  }
}

TEST(AnalogLayer, RefusesToLearnARangeThatIsNone) {
  Random random(1);
  const Drawn drawn(MappingCase{}, draw_from(random));
  EXPECT_THROW(drawn.analog(lossless_adc({-4, 4}), Engine::kFused, gradients::kIdentity, true),
               Error);
}

TEST(AnalogLayer, ClippedOfConvolutionsAddsUpTheTiles) {
  Random random(9);
  for (int i = 0; i < 10; ++i) {
    const Drawn drawn(MappingCase{}, draw_from(random));
    const CimLayer mapped = map_layer(drawn.layer, drawn.mapping.array);
    const PlannedAdc lossless = lossless_adc(mapped.sums);
    const AnalogLayer::Quantized input = drawn.input(), weight = drawn.weight();
    const auto with = [&](Gradient gradient) {
      const AnalogLayer analog = drawn.analog(lossless, Engine::kFused, gradient);
      return gradients_of(input, weight, [&](const at::Tensor& a, const at::Tensor& w) {
        return analog.forward({a, input.scale}, {w, weight.scale});
      });
    };
    const Gradients clipped = with(gradients::kClipped);
    const Gradients identity = with(gradients::kIdentity);
    EXPECT_TRUE(at::allclose(clipped.input, identity.input, 1e-4, 1e-4)) << i;
    EXPECT_TRUE(at::allclose(clipped.weight, identity.weight, 1e-4, 1e-4)) << i;
  }
}

TEST(AnalogLayer, RefusesClippedGradientsOfTwosComplementInputs) {
  MappingCase mapping;
  mapping.input = test::InputKind::kTwosComplement;
  Random random(1);
  const Drawn drawn(mapping, draw_from(random));
  const PlannedAdc adc = lossless_adc({-4, 4});
  EXPECT_NO_THROW(drawn.analog(adc, Engine::kFused, gradients::kIdentity));
  EXPECT_THROW(drawn.analog(adc, Engine::kFused, gradients::kClipped), Error);
}

}  // namespace
}  // namespace bitline
