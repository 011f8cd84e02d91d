// For tests: random integer layers, and the convolution that they compute written out.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bitline/base/random.h"
#include "bitline/quantize/integer_layer.h"

namespace bitline::test {

/// Weights from least … most, unsigned inputs of 8 bits.
inline IntegerLayer random_layer(const ConvGeometry& geometry, std::int32_t least,
                                 std::int32_t most) {
  IntegerLayer layer;
  layer.name = "layer";
  layer.geometry = geometry;
  layer.input_bits = 8;
  layer.weights = Tensor(DType::kI32, {geometry.out_channels, geometry.fan_in()});
  Random random(3);
  const auto choices = static_cast<std::uint64_t>(std::int64_t{most} - least + 1);
  for (std::int32_t& w : layer.weights.data<std::int32_t>())
    w = least + static_cast<std::int32_t>(random.below(choices));
  return layer;
}

/// I32 [images, in_channels, in_height, in_width].
inline Tensor random_activations(const IntegerLayer& layer, std::int64_t images) {
  const ConvGeometry& g = layer.geometry;
  Tensor a(DType::kI32, {images, g.in_channels, g.in_height, g.in_width});
  Random random(7);
  for (std::int32_t& value : a.data<std::int32_t>())
    value = static_cast<std::int32_t>(random.below(std::uint64_t{1} << layer.input_bits));
  return a;
}

/// Σ_k W[o, k] A[k] of one output; image: [in_channels, in_height, in_width].
inline std::int64_t plain_sum(const IntegerLayer& layer, std::span<const std::int32_t> image,
                              std::int64_t o, std::int64_t y, std::int64_t x) {
  const ConvGeometry& g = layer.geometry;
  const std::int64_t kernel = g.kernel_height * g.kernel_width;
  const std::int64_t first = o / (g.out_channels / g.groups) * (g.in_channels / g.groups);
  std::int64_t sum = 0;
  for (std::int64_t k = 0; k < g.fan_in(); ++k) {
    const std::int64_t row =
        y * g.stride.height - g.padding.top + k % kernel / g.kernel_width * g.dilation.height;
    const std::int64_t column =
        x * g.stride.width - g.padding.left + k % g.kernel_width * g.dilation.width;
    const bool inside = row >= 0 && row < g.in_height && column >= 0 && column < g.in_width;
    const std::int64_t index = ((first + k / kernel) * g.in_height + row) * g.in_width + column;
    sum += layer.weights.data<std::int32_t>()[static_cast<std::size_t>(o * g.fan_in() + k)] *
           (inside ? image[static_cast<std::size_t>(index)] : layer.pad_value);
  }
  return sum;
}

/// [images, out_channels, out_height, out_width].
inline std::vector<std::int64_t> plain_sums(const IntegerLayer& layer, const Tensor& activations) {
  const ConvGeometry& g = layer.geometry;
  const auto size = static_cast<std::size_t>(g.in_size());
  std::vector<std::int64_t> sums;
  for (std::size_t image = 0; image < static_cast<std::size_t>(activations.dim(0)); ++image)
    for (std::int64_t o = 0; o < g.out_channels; ++o)
      for (std::int64_t y = 0; y < g.out_height(); ++y)
        for (std::int64_t x = 0; x < g.out_width(); ++x)
          sums.push_back(plain_sum(
              layer, activations.data<std::int32_t>().subspan(image * size, size), o, y, x));
  return sums;
}

}  // namespace bitline::test
