// The convolution that a lossless array equals: layers that stay digital, and the lossless mode;
// and the float convolution of networks without grids.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "bitline/quantize/integer_layer.h"

namespace bitline {

/// A convolution whose weights are prepared. May be used by several threads at once.
class DenseProduct {
 public:
  virtual ~DenseProduct() = default;
  /// activations I32 (integer layers) or F32 (real ones) [images, in_channels, in_height,
  /// in_width]; the sums [images, out_channels, out_height, out_width] as F32 or F64.
  virtual Tensor run(const Tensor& activations) const = 0;
  /// How run() goes about it, in words.
  virtual std::string_view path() const = 0;
};

/// Σ W A exactly: where fan-in · max |A| · max |W| < 2^24 held in floats, below 2^53 in doubles.
/// Computed by products of bytes where they pay (kernels/exact_layer.h), else by LibTorch's
/// convolution of floats, whose every order of summation is then exact, else by
/// make_plain_product(): the same integers. Throws Error from 2^53 on.
std::unique_ptr<DenseProduct> make_dense_product(const IntegerLayer& layer);
/// Real weights [out_channels, fan_in], float32: by LibTorch where this program has it, else by
/// make_plain_product(). Their sums round differently.
std::unique_ptr<DenseProduct> make_dense_product(const ConvGeometry& geometry,
                                                 const Tensor& weights);

}  // namespace bitline
