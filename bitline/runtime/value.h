// What flows between the steps of an Executor.
#pragma once

#include <map>
#include <span>
#include <string>

#include "bitline/base/tensor.h"

namespace bitline {

/// Integers of a grid as real numbers, (integer − zero point) · scale. The difference is taken in
/// float, which is exact for grids of 16 bits.
struct Dequantizer {
  float scale = 1;
  float zero_point = 0;
  float operator()(std::int32_t integer) const {
    return (static_cast<float>(integer) - zero_point) * scale;
  }
};

/// The value of one node for a batch of images. Quantized values are kept as integers only.
struct Value {
  Tensor data;  ///< I32 integers of the grid when quantized, else F32; [images, ...]
  bool quantized = false;
  float scale = 1;
  std::int64_t zero_point = 0;  ///< the integer that stands for 0

  std::int64_t images() const { return data.dim(0); }
  Dequantizer dequantizer() const { return {scale, static_cast<float>(zero_point)}; }
};

/// Values by node name: all that the rest of a network needs to go on from some step.
using Values = std::map<std::string, Value>;

/// Other data on the grid of `value`, or real numbers as it is.
Value on_grid_of(const Value& value, Tensor data);
/// What one image has of it.
std::span<const std::byte> bytes_of(const Value& value, std::int64_t image);
/// The images at `indices`, in that order.
Value gather(const Value& value, std::span<const std::int64_t> indices);
Values gather(const Values& values, std::span<const std::int64_t> indices);
/// Images first … last − 1, in shared buffers.
Values slice(const Values& values, std::int64_t first, std::int64_t last);
/// Copies `part` into a whole of `images` images, from image `first` on; makes the room for it in
/// an empty map.
void put(const Values& part, std::int64_t first, std::int64_t images, Values& whole);

}  // namespace bitline
