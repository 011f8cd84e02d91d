// What a node of a network can do. Shapes are those of one image, without the batch, and axes count
// from there.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "bitline/base/tensor.h"

namespace bitline {

/// Along height and width; one number stands for both.
struct Extents {
  std::int64_t height = 1, width = 1;
  constexpr Extents() = default;
  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr Extents(std::int64_t both) : height(both), width(both) {}
  constexpr Extents(std::int64_t h, std::int64_t w) : height(h), width(w) {}
  friend bool operator==(const Extents&, const Extents&) = default;
};

/// Rows and columns added around an image; one number stands for all four.
struct Padding {
  std::int64_t top = 0, left = 0, bottom = 0, right = 0;
  constexpr Padding() = default;
  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr Padding(std::int64_t all) : top(all), left(all), bottom(all), right(all) {}
  constexpr Padding(std::int64_t t, std::int64_t l, std::int64_t b, std::int64_t r)
      : top(t), left(l), bottom(b), right(r) {}
  bool any() const { return top != 0 || left != 0 || bottom != 0 || right != 0; }
  friend bool operator==(const Padding&, const Padding&) = default;
};

/// 2-D convolution. Input: [in_channels, height, width]. Parameter: "weight"
/// [out_channels, in_channels / groups, kernel_h, kernel_w], optional "bias" [out_channels].
struct Conv {
  Extents stride = 1;
  Padding padding = 0;
  Extents dilation = 1;
  std::int64_t groups = 1;
};
/// Fully connected, over the last axis. Input [..., in_features]; "weight"
/// [out_features, in_features], optional "bias" [out_features].
struct Linear {};
/// Parameters "scale", "shift", "mean", "variance", each [channels]; channels are axis 0:
/// y = (x − mean) / √(variance + epsilon) · scale + shift.
struct BatchNorm {
  double epsilon = 1e-5;
};
struct Relu {};
/// Element-wise sum of two inputs of equal shape.
struct ResidualAdd {};
/// The windows of a pooling: padded places hold nothing. With `ceil`, a window that overhangs the
/// padded image counts too.
struct Windows {
  Extents kernel = 2;
  Extents stride = 2;
  Padding padding = 0;
  Extents dilation = 1;
  bool ceil = false;
};
struct MaxPool {
  Windows windows = {};
};
/// Mean over each window; padded places (not overhang) count as zeros where `count_padding`.
struct AveragePool {
  Windows windows = {};
  bool count_padding = false;
};
/// Mean over height and width: [channels, h, w] to [channels].
struct GlobalAveragePool {};
/// [...] to [product of all].
struct Flatten {};
/// The network's input; shape for example [3, 32, 32].
struct Input {
  Shape shape;
};

/// Transposed 2-D convolution, always digital. "weight" [in_channels, out_channels / groups,
/// kernel_h, kernel_w], optional "bias" [out_channels]. `output_padding` rows and columns are
/// added below and on the right.
struct ConvTranspose {
  Extents stride = 1;
  Padding padding = 0;
  Extents dilation = 1;
  Extents output_padding = 0;
  std::int64_t groups = 1;
};
enum class UnaryFunction {
  kClip,         ///< min(max(x, alpha), beta)
  kLeakyRelu,    ///< x < 0 ? alpha · x : x
  kSigmoid,      ///< 1 / (1 + e^−x)
  kHardSigmoid,  ///< min(max(alpha · x + beta, 0), 1)
  kHardSwish,    ///< x · min(max(x / 6 + 1/2, 0), 1)
  kTanh,
  kErf,
  kSqrt,
  kTruncate,  ///< alpha · ⌊round(x / alpha) / beta⌋: integers of step alpha, their last bits cut
              ///< off
};
/// A function of each element.
struct Unary {
  UnaryFunction function = UnaryFunction::kClip;
  double alpha = 0;
  double beta = 0;
};
enum class BinaryFunction {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kPow,
  kPRelu,  ///< a < 0 ? a · b : a
};
/// A function of two values' elements; the shapes are broadcast as NumPy does.
struct Binary {
  BinaryFunction function = BinaryFunction::kAdd;
};
/// Product of two values over the last two axes, [..., m, k] · [..., k, n]; the axes before are
/// broadcast.
struct MatMul {};
struct Softmax {
  std::int64_t axis = 0;
};
/// Over the axes from `axis` on: y = (x − mean) / √(variance + epsilon) · scale + shift.
/// Parameters "scale" and optional "shift" have the shape of those axes.
struct LayerNorm {
  std::int64_t axis = 0;
  double epsilon = 1e-5;
};
struct ReduceMean {
  std::vector<std::int64_t> axes;  ///< ascending
  bool keep_axes = true;           ///< as axes of extent 1
};
/// Any number of inputs, one behind the other along the axis.
struct Concat {
  std::int64_t axis = 0;
};
/// Entries of one axis by index, in that order.
struct Gather {
  std::int64_t axis = 0;
  std::vector<std::int64_t> indices;
};
struct Reshape {
  Shape shape;
};
/// Axis i of the result is axis order[i] of the input.
struct Transpose {
  std::vector<std::int64_t> order;
};
/// `value` before and behind the entries of each axis.
struct Pad {
  std::vector<std::int64_t> before, behind;
  double value = 0;
};
/// The same for each image: parameter "value" of any shape. No input.
struct Constant {};
/// The value itself: where a grid stands on a value that others read without it.
struct Identity {};

using Operator =
    std::variant<Input, Conv, Linear, BatchNorm, Relu, ResidualAdd, MaxPool, GlobalAveragePool,
                 Flatten, ConvTranspose, AveragePool, Unary, Binary, MatMul, Softmax, LayerNorm,
                 ReduceMean, Concat, Gather, Reshape, Transpose, Pad, Constant, Identity>;

std::string_view name_of(UnaryFunction function);
std::string_view name_of(BinaryFunction function);
/// The inverses. Throw Error for a name that is not known.
UnaryFunction unary_function_from_name(std::string_view name);
BinaryFunction binary_function_from_name(std::string_view name);
/// The operator's name as the file format and messages spell it, for example "conv".
std::string_view name_of(const Operator& op);
/// An operator of that name, its attributes at their defaults. Throws Error for an unknown name.
Operator operator_from_name(std::string_view name);

/// How many values the operator reads; `any` many: at least one.
struct InputCount {
  std::size_t count = 1;
  bool any = false;
};
InputCount input_count(const Operator& op);

/// Places along one side of what a window of a convolution or pooling covers.
std::int64_t window_extent(std::int64_t kernel, std::int64_t dilation);
/// How many windows fit the padded `size`. Throws Error when a number is out of range or none fits.
std::int64_t window_count(std::int64_t size, std::int64_t kernel, std::int64_t stride,
                          std::int64_t dilation, std::int64_t padding, bool ceil);
/// Places along one side of what a transposed convolution makes from `size`, `extra` of them output
/// padding. Throws Error when a number is out of range or none is left.
std::int64_t transposed_extent(std::int64_t size, std::int64_t kernel, std::int64_t stride,
                               std::int64_t dilation, std::int64_t padding, std::int64_t extra);

}  // namespace bitline
