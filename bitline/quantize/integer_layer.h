// A convolution or fully connected layer as integers: what a digital accelerator computes, and what
// mapping/ cuts into planes and tiles.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bitline/base/tensor.h"
#include "bitline/graph/network.h"

namespace bitline {

/// Shape of the convolution; a fully connected layer is one with 1 × 1 input and kernel.
struct ConvGeometry {
  std::int64_t in_channels = 1, in_height = 1, in_width = 1;
  std::int64_t out_channels = 1;
  std::int64_t kernel_height = 1, kernel_width = 1;
  Extents stride = 1;
  Padding padding = 0;
  std::int64_t groups = 1;
  Extents dilation = 1;

  std::int64_t padded_height() const { return in_height + padding.top + padding.bottom; }
  std::int64_t padded_width() const { return in_width + padding.left + padding.right; }
  /// Rows and columns of the image that one output sees, holes of a dilated kernel included.
  std::int64_t window_height() const { return window_extent(kernel_height, dilation.height); }
  std::int64_t window_width() const { return window_extent(kernel_width, dilation.width); }
  std::int64_t out_height() const {
    return (padded_height() - window_height()) / stride.height + 1;
  }
  std::int64_t out_width() const { return (padded_width() - window_width()) / stride.width + 1; }
  std::int64_t out_positions() const { return out_height() * out_width(); }
  std::int64_t in_size() const { return in_channels * in_height * in_width; }
  std::int64_t out_size() const { return out_channels * out_positions(); }
  /// K: inputs that one output sums, C_in · k_h · k_w / groups.
  std::int64_t fan_in() const { return in_channels / groups * kernel_height * kernel_width; }
};

/// real output = input_scale · weight_scale[o] · Σ_k weights[o, k] · (A_k − z_a); equation (7).
struct IntegerLayer {
  std::string name;  ///< of the network's node
  ConvGeometry geometry;
  bool is_linear = false;           ///< a fully connected layer: its output has no height and width
  std::int64_t vectors = 1;         ///< that a fully connected layer multiplies in one image
  Tensor weights;                   ///< I32 [out_channels, fan_in], fan-in in (c, y, x) order
  int weight_bits = 4;              ///< n_w of the signed grid that holds the weights
  bool weight_odd = false;          ///< W odd, |W| ≤ 2^n_w − 1 (the bipolar grid)
  std::vector<float> weight_scale;  ///< [1] or [out_channels]
  int input_bits = 4;               ///< n_a
  bool input_signed = false;
  bool input_narrow = false;  ///< signed only: −2^(n_a − 1) never occurs
  bool input_odd = false;     ///< binary network: A ∈ {−1, +1}
  float input_scale = 1;
  std::int64_t input_zero_point = 0;  ///< z_a: the integer that stands for 0
  std::int64_t pad_value = 0;         ///< the integer that stands for zero at padded positions

  /// Of one image: where a kernel stands, or the vectors of a fully connected layer.
  std::int64_t positions() const { return vectors * geometry.out_positions(); }
};

/// Shape of a Conv or Linear node that reads values of shape `in` (without the batch).
ConvGeometry geometry_of(const Node& node, const Shape& in, const Tensor& weight);

/// Whether the node is a Conv or Linear whose weight and input have grids: what can be computed in
/// integers. Every other layer is computed in real numbers, on the grid that it has.
bool has_integer_grid(const Network& network, const Node& node);
/// Whether any of its nodes is such a layer: something for an array.
bool has_integer_layer(const Network& network);

/// Every Conv and Linear node with integer grids in order, its weights rounded to theirs, less
/// their zero point. Throws Error that names the node when its scales do not run along the output
/// channels; and when no layer of the network has grids.
std::vector<IntegerLayer> integer_layers(const Network& network);

}  // namespace bitline
