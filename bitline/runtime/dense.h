// The integer convolution that a lossless array equals: layers that stay digital, and the lossless
// mode; and the float convolution of networks without grids.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "bitline/quantize/integer_layer.h"

namespace bitline {

/// A convolution on LibTorch, or on our own dot products. May be used by several threads at once.
class DenseLayer {
 public:
  /// Σ W A exactly: where fan-in · max |A| · max |W| < 2^24 by integer dot products
  /// (kernels/exact_layer.h) or a float convolution (then every order of summation is exact), in
  /// double below 2^53. Throws Error above.
  explicit DenseLayer(const IntegerLayer& layer);
  /// Real weights [out_channels, fan_in], float32.
  DenseLayer(const ConvGeometry& geometry, const Tensor& weights);
  ~DenseLayer();
  DenseLayer(DenseLayer&&) noexcept;

  /// activations I32 (integer layers) or F32 (real ones) [images, in_channels, in_height,
  /// in_width]; the sums [images, out_channels, out_height, out_width] as F32 or F64.
  Tensor run(const Tensor& activations) const;

 private:
  struct Impl;  // keeps LibTorch out of this header
  std::unique_ptr<Impl> impl_;
};

}  // namespace bitline
