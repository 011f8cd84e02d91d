// What flows between the steps of an Executor.
#pragma once

#include <map>
#include <span>
#include <string>

#include "bitline/base/tensor.h"

namespace bitline {

/// The value of one node for a batch of images. Quantized values are kept as integers only: their
/// real number is float(integer) · scale.
struct Value {
  Tensor data;  ///< I32 integers of the grid when quantized, else F32; [images, ...]
  bool quantized = false;
  float scale = 1;

  std::int64_t images() const { return data.dim(0); }
};

/// Values by node name: all that the rest of a network needs to go on from some step.
using Values = std::map<std::string, Value>;

/// The images at `indices`, in that order.
Value gather(const Value& value, std::span<const std::int64_t> indices);
Values gather(const Values& values, std::span<const std::int64_t> indices);
/// Images first … last − 1, in shared buffers.
Values slice(const Values& values, std::int64_t first, std::int64_t last);
/// Copies `part` into a whole of `images` images, from image `first` on; makes the room for it in
/// an empty map.
void put(const Values& part, std::int64_t first, std::int64_t images, Values& whole);

}  // namespace bitline
