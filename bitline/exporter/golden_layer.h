// Every integer that one layer on the array handles, computed by the definition. Internal to
// exporter/ but for GoldenLayer.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bitline/base/tensor.h"
#include "bitline/exporter/hex_words.h"
#include "bitline/kernels/layer_adc.h"

namespace bitline {

/// A layer, its ADCs and what it is given.
struct GoldenLayer {
  const CimLayer* layer = nullptr;
  LayerAdc adc;
  /// Integers I32 [images, in_channels, in_height, in_width]; of a fully connected layer every
  /// vector counts as an image.
  Tensor activations;
};

/// One file of integers: its name within the layer's folder, and how to read it.
struct GoldenArray {
  std::string file;
  WordFormat format;
  Shape shape;
  std::vector<std::string> axes;  ///< name of each axis, the slowest first

  std::int64_t bytes() const { return element_count(shape) * (format.digits() + 1); }
};

/// What the arrays of a layer are, without computing one.
std::vector<GoldenArray> golden_arrays(const GoldenLayer& golden);

/// Takes the integers of the array at an index of golden_arrays().
using GoldenSink = std::function<void(std::size_t array, const std::vector<std::int64_t>& words)>;

/// Computes all arrays, in the order of golden_arrays(). Throws Error when an activation lies
/// outside the layer's grid.
void compute_golden(const GoldenLayer& golden, const GoldenSink& sink);

}  // namespace bitline
