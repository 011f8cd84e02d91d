// The plain integer convolution by integer dot products: what layers compute that stay digital, and
// what lossless arrays equal.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bitline/kernels/convert_block.h"

namespace bitline {

/// One layer, its weights packed. May be used by several threads at once.
class ExactLayer {
 public:
  /// Whether it is faster so than as a convolution of floats: the machine has dot products, inputs
  /// are unsigned bytes, weights signed ones, and a group has channels enough to fill vectors.
  static bool pays(const IntegerLayer& layer);

  /// `layer` has to be one that pays().
  explicit ExactLayer(const IntegerLayer& layer);

  /// Σ W A of activations [images, in_channels, in_height, in_width], as [images, out_channels,
  /// out_height, out_width] of Number: exact below 2^24 in float, below 2^31 in double. Runs
  /// parallel_for over images and output rows.
  template <typename Number>
  void sum(std::int64_t images, std::span<const std::int32_t> activations,
           std::span<Number> outputs) const;

 private:
  template <typename Number>
  class Worker;

  explicit ExactLayer(const CimLayer& layer);

  ConvGeometry geometry_;
  PackedPlanes planes_;
  InputPacker packer_;
  std::vector<StreamProducts> streams_;
};

}  // namespace bitline
