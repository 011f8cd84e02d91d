// What a node of a network can do. Shapes are those of one image, without the batch, and axes count
// from there. kName is how the file format and messages spell an operator.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "bitline/base/enum_names.h"
#include "bitline/base/tensor.h"

namespace bitline {

/// Along height and width; one number stands for both.
struct Extents {
  std::int64_t height = 1;        ///< from top to bottom
  std::int64_t width = 1;         ///< from left to right
  constexpr Extents() = default;  ///< 1 and 1
  /// The same along both.
  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr Extents(std::int64_t both) : height(both), width(both) {}
  /// `h` along the height, `w` along the width.
  constexpr Extents(std::int64_t h, std::int64_t w) : height(h), width(w) {}
  friend bool operator==(const Extents&, const Extents&) = default;
};

/// Rows and columns added around an image; one number stands for all four.
struct Padding {
  std::int64_t top = 0;           ///< rows above
  std::int64_t left = 0;          ///< columns on the left
  std::int64_t bottom = 0;        ///< rows below
  std::int64_t right = 0;         ///< columns on the right
  constexpr Padding() = default;  ///< none
  /// The same on all sides.
  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr Padding(std::int64_t all) : top(all), left(all), bottom(all), right(all) {}
  /// Above, on the left, below, on the right.
  constexpr Padding(std::int64_t t, std::int64_t l, std::int64_t b, std::int64_t r)
      : top(t), left(l), bottom(b), right(r) {}
  /// Whether anything is added.
  bool any() const { return top != 0 || left != 0 || bottom != 0 || right != 0; }
  friend bool operator==(const Padding&, const Padding&) = default;
};

/// 2-D convolution. Input: [in_channels, height, width]. Parameter: "weight"
/// [out_channels, in_channels / groups, kernel_h, kernel_w], optional "bias" [out_channels].
struct Conv {
  static constexpr std::string_view kName = "conv";
  Extents stride = 1;       ///< places from one window to the next
  Padding padding = 0;      ///< of zeros
  Extents dilation = 1;     ///< places from one entry of the kernel to the next
  std::int64_t groups = 1;  ///< parts of the channels that do not see each other
};
/// Fully connected, over the last axis. Input [..., in_features]; "weight"
/// [out_features, in_features], optional "bias" [out_features].
struct Linear {
  static constexpr std::string_view kName = "linear";
};
/// Parameters "scale", "shift", "mean", "variance", each [channels]; channels are axis 0:
/// y = (x − mean) / √(variance + epsilon) · scale + shift.
struct BatchNorm {
  static constexpr std::string_view kName = "batch_norm";
  double epsilon = 1e-5;  ///< added to the variance
};
/// max(x, 0).
struct Relu {
  static constexpr std::string_view kName = "relu";
};
/// Element-wise sum of two inputs of equal shape.
struct ResidualAdd {
  static constexpr std::string_view kName = "add";
};
/// The windows of a pooling: padded places hold nothing. With `ceil`, a window that overhangs the
/// padded image counts too.
struct Windows {
  Extents kernel = 2;    ///< entries of a window
  Extents stride = 2;    ///< places from one window to the next
  Padding padding = 0;   ///< around the image
  Extents dilation = 1;  ///< places from one entry of a window to the next
  bool ceil = false;     ///< whether an overhanging window counts
};
/// Largest value of each window.
struct MaxPool {
  static constexpr std::string_view kName = "max_pool";
  Windows windows = {};  ///< over height and width
};
/// Mean over each window; padded places (not overhang) count as zeros where `count_padding`.
struct AveragePool {
  static constexpr std::string_view kName = "average_pool";
  Windows windows = {};        ///< over height and width
  bool count_padding = false;  ///< whether padded places count
};
/// Mean over height and width: [channels, h, w] to [channels].
struct GlobalAveragePool {
  static constexpr std::string_view kName = "global_average_pool";
};
/// [...] to [product of all].
struct Flatten {
  static constexpr std::string_view kName = "flatten";
};
/// The network's input; shape for example [3, 32, 32].
struct Input {
  static constexpr std::string_view kName = "input";
  Shape shape;  ///< of one image: channels, height, width
};

/// Transposed 2-D convolution, always digital. "weight" [in_channels, out_channels / groups,
/// kernel_h, kernel_w], optional "bias" [out_channels]. `output_padding` rows and columns are
/// added below and on the right.
struct ConvTranspose {
  static constexpr std::string_view kName = "conv_transpose";
  Extents stride = 1;          ///< places of the result from one input to the next
  Padding padding = 0;         ///< places cut off the result
  Extents dilation = 1;        ///< places from one entry of the kernel to the next
  Extents output_padding = 0;  ///< places added to the result
  std::int64_t groups = 1;     ///< parts of the channels that do not see each other
};
/// Of an element x, with two constants.
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
  kAbs,
  kNeg,
  kExp,
  kLog,       ///< the natural one
  kElu,       ///< x < 0 ? alpha · (e^x − 1) : x
  kCelu,      ///< x < 0 ? alpha · (e^(x / alpha) − 1) : x
  kSelu,      ///< beta · (x < 0 ? alpha · (e^x − 1) : x)
  kSoftplus,  ///< log(1 + e^x)
  kSoftsign,  ///< x / (1 + |x|)
  kNonZero,   ///< x ≠ 0 ? 1 : 0
};
template <>
struct EnumNames<UnaryFunction> {
  static constexpr std::string_view kWhat = "unary function";
  static constexpr std::array<std::string_view, 19> kNames{
      "clip", "leaky_relu", "sigmoid",  "hard_sigmoid", "hard_swish", "tanh", "erf",
      "sqrt", "truncate",   "abs",      "neg",          "exp",        "log",  "elu",
      "celu", "selu",       "softplus", "softsign",     "non_zero"};
};
/// A function of each element.
struct Unary {
  static constexpr std::string_view kName = "unary";
  UnaryFunction function = UnaryFunction::kClip;  ///< which
  double alpha = 0;                               ///< its first constant
  double beta = 0;                                ///< its second constant
};
/// Of elements a and b.
enum class BinaryFunction {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kPow,
  kPRelu,           ///< a < 0 ? a · b : a
  kMax,             ///< NaN where either is
  kMin,             ///< NaN where either is
  kEqual,           ///< a = b ? 1 : 0, as the following ones
  kGreater,         ///< a > b
  kGreaterOrEqual,  ///< a ≥ b
  kLess,            ///< a < b
  kLessOrEqual,     ///< a ≤ b
};
template <>
struct EnumNames<BinaryFunction> {
  static constexpr std::string_view kWhat = "binary function";
  static constexpr std::array<std::string_view, 13> kNames{"add",
                                                           "sub",
                                                           "mul",
                                                           "div",
                                                           "pow",
                                                           "prelu",
                                                           "max",
                                                           "min",
                                                           "equal",
                                                           "greater",
                                                           "greater_or_equal",
                                                           "less",
                                                           "less_or_equal"};
};
/// Whether it is 0 or 1: a mask.
constexpr bool is_comparison(BinaryFunction function) { return function >= BinaryFunction::kEqual; }
/// A function of two values' elements; the shapes are broadcast as NumPy does.
struct Binary {
  static constexpr std::string_view kName = "binary";
  BinaryFunction function = BinaryFunction::kAdd;  ///< which
};
/// Elements of the second value where the first is not 0, of the third elsewhere; the shapes are
/// broadcast as NumPy does.
struct Where {
  static constexpr std::string_view kName = "where";
};
/// Product of two values over the last two axes, [..., m, k] · [..., k, n]; the axes before are
/// broadcast.
struct MatMul {
  static constexpr std::string_view kName = "mat_mul";
};
/// e^x over the sum of e^x along an axis.
struct Softmax {
  static constexpr std::string_view kName = "softmax";
  std::int64_t axis = 0;  ///< along which they sum to 1
};
/// Over the axes from `axis` on: y = (x − mean) / √(variance + epsilon) · scale + shift.
/// Parameters "scale" and optional "shift" have the shape of those axes.
struct LayerNorm {
  static constexpr std::string_view kName = "layer_norm";
  std::int64_t axis = 0;  ///< the first one of the mean
  double epsilon = 1e-5;  ///< added to the variance
};
/// Over each of `groups` equal parts of the channels, axis 0, with all their places:
/// y = (x − mean) / √(variance + epsilon) · scale + shift. Parameters "scale" and "shift"
/// [channels].
struct GroupNorm {
  static constexpr std::string_view kName = "group_norm";
  std::int64_t groups = 1;  ///< with a mean of their own
  double epsilon = 1e-5;    ///< added to the variance
};
/// Mean over some axes.
struct ReduceMean {
  static constexpr std::string_view kName = "reduce_mean";
  std::vector<std::int64_t> axes;  ///< ascending
  bool keep_axes = true;           ///< as axes of extent 1
};
/// Any number of inputs, one behind the other along the axis.
struct Concat {
  static constexpr std::string_view kName = "concat";
  std::int64_t axis = 0;  ///< along which they stand
};
/// Entries of one axis by index, in that order.
struct Gather {
  static constexpr std::string_view kName = "gather";
  std::int64_t axis = 0;              ///< whose entries are taken
  std::vector<std::int64_t> indices;  ///< from 0
};
/// The same elements under another shape.
struct Reshape {
  static constexpr std::string_view kName = "reshape";
  Shape shape;  ///< of the result, without the batch
};
/// Axis i of the result is axis order[i] of the input.
struct Transpose {
  static constexpr std::string_view kName = "transpose";
  std::vector<std::int64_t> order;  ///< each axis once
};
/// `value` before and behind the entries of each axis.
struct Pad {
  static constexpr std::string_view kName = "pad";
  std::vector<std::int64_t> before;  ///< entries in front, one number for each axis
  std::vector<std::int64_t> behind;  ///< entries at the end, likewise
  double value = 0;                  ///< of all that is added
};
/// scale · n + bias, with n the number of thresholds that are not above the element: FINN's
/// activations. Parameter "thresholds" [1 or extent of `axis`, count], each row ascending.
struct MultiThreshold {
  static constexpr std::string_view kName = "multi_threshold";
  std::int64_t axis = 0;  ///< along which rows of thresholds run, where there are several
  double scale = 1;       ///< of the result
  double bias = 0;        ///< what the result is below all thresholds
};
/// The same for each image: parameter "value" of any shape. No input.
struct Constant {
  static constexpr std::string_view kName = "constant";
};
/// The value itself: where a grid stands on a value that others read without it.
struct Identity {
  static constexpr std::string_view kName = "identity";
};

/// Any of them.
using Operator = std::variant<Input, Conv, Linear, BatchNorm, Relu, ResidualAdd, MaxPool,
                              GlobalAveragePool, Flatten, ConvTranspose, AveragePool, Unary, Binary,
                              MatMul, Softmax, LayerNorm, ReduceMean, Concat, Gather, Reshape,
                              Transpose, Pad, Constant, Identity, MultiThreshold, Where, GroupNorm>;

/// kName of the operator, for example "conv".
std::string_view name_of(const Operator& op);
/// An operator of that name, its attributes at their defaults. Throws Error for an unknown name.
Operator operator_from_name(std::string_view name);

/// How many values the operator reads; `any` many: at least one.
struct InputCount {
  std::size_t count = 1;  ///< exactly so many, unless `any`
  bool any = false;       ///< one or more
};
/// Of an operator of that kind.
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
