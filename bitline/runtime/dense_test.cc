#include "bitline/runtime/dense.h"

#include <gtest/gtest.h>

#include "bitline/base/random.h"

namespace bitline {
namespace {

IntegerLayer random_layer(const ConvGeometry& geometry, std::int32_t largest, std::uint64_t seed) {
  IntegerLayer layer;
  layer.name = "layer";
  layer.geometry = geometry;
  layer.input_bits = 8;
  layer.weights = Tensor(DType::kI32, {geometry.out_channels, geometry.fan_in()});
  Random random(seed);
  for (std::int32_t& w : layer.weights.data<std::int32_t>())
    w = static_cast<std::int32_t>(random.below(2 * static_cast<std::uint64_t>(largest) + 1)) -
        largest;
  return layer;
}

Tensor random_activations(const ConvGeometry& g, std::int64_t images) {
  Tensor a(DType::kI32, {images, g.in_channels, g.in_height, g.in_width});
  Random random(7);
  for (std::int32_t& value : a.data<std::int32_t>())
    value = static_cast<std::int32_t>(random.below(256));
  return a;
}

/// Σ_k W[o, k] A[k] written out.
std::int64_t plain_sum(const IntegerLayer& layer, const Tensor& a, std::int64_t image,
                       std::int64_t o, std::int64_t y, std::int64_t x) {
  const ConvGeometry& g = layer.geometry;
  const std::int64_t channels = g.in_channels / g.groups;
  const std::int64_t first = o / (g.out_channels / g.groups) * channels;
  std::int64_t sum = 0;
  std::int64_t k = 0;
  for (std::int64_t c = 0; c < channels; ++c)
    for (std::int64_t dy = 0; dy < g.kernel_height; ++dy)
      for (std::int64_t dx = 0; dx < g.kernel_width; ++dx, ++k) {
        const std::int64_t row = y * g.stride + dy - g.padding;
        const std::int64_t column = x * g.stride + dx - g.padding;
        const bool inside = row >= 0 && row < g.in_height && column >= 0 && column < g.in_width;
        const std::int64_t activation =
            inside ? a.data<std::int32_t>()[static_cast<std::size_t>(
                         ((image * g.in_channels + first + c) * g.in_height + row) * g.in_width +
                         column)]
                   : layer.pad_value;
        sum += layer.weights.data<std::int32_t>()[static_cast<std::size_t>(o * g.fan_in() + k)] *
               activation;
      }
  return sum;
}

template <typename Held>
void expect_plain_sums(const IntegerLayer& layer) {
  const ConvGeometry& g = layer.geometry;
  const Tensor a = random_activations(g, 2);
  const Tensor sums = DenseLayer(layer).run(a);
  std::size_t next = 0;
  for (std::int64_t image = 0; image < 2; ++image)
    for (std::int64_t o = 0; o < g.out_channels; ++o)
      for (std::int64_t y = 0; y < g.out_height(); ++y)
        for (std::int64_t x = 0; x < g.out_width(); ++x)
          ASSERT_EQ(static_cast<std::int64_t>(sums.data<Held>()[next++]),
                    plain_sum(layer, a, image, o, y, x));
}

TEST(DenseLayer, EqualsTheIntegerConvolution) {
  const ConvGeometry plain{5, 9, 7, 8, 3, 3, 1, 1, 1};
  const ConvGeometry strided{6, 8, 8, 4, 3, 3, 2, 1, 2};
  const ConvGeometry depthwise{4, 6, 6, 4, 3, 3, 1, 0, 4};
  const ConvGeometry linear{300, 1, 1, 10, 1, 1, 1, 0, 1};
  for (const ConvGeometry& geometry : {plain, strided, depthwise, linear})
    expect_plain_sums<float>(random_layer(geometry, 7, 3));
}

TEST(DenseLayer, TakesDoublesWhereAFloatWouldRound) {
  // 1200 inputs · 255 · 32767 is about 2^33
  expect_plain_sums<double>(random_layer({1200, 1, 1, 3, 1, 1, 1, 0, 1}, 32767, 5));
}

TEST(DenseLayer, PadsWithTheIntegerThatStandsForZero) {
  IntegerLayer layer = random_layer({2, 5, 5, 3, 3, 3, 1, 1, 1}, 7, 11);
  layer.pad_value = -1;
  expect_plain_sums<float>(layer);
}

}  // namespace
}  // namespace bitline
