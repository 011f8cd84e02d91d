// The integer grid of a value or a parameter.
#pragma once

#include <cstdint>

#include "bitline/base/enum_names.h"
#include "bitline/base/tensor.h"

namespace bitline {

/// How a real number v is brought to units of the scale s before it is rounded; equation (8).
/// kReciprocal: v · (1/s), as LibTorch's fake quantization and all that is trained or quantized
/// here. kDivide: v / s, as QuantizeLinear and Quant of ONNX files. Each in float32.
enum class GridRule { kReciprocal, kDivide };
template <>
struct EnumNames<GridRule> {
  static constexpr std::string_view kWhat = "rule of a grid";
  static constexpr std::array<std::string_view, 2> kNames{"reciprocal", "divide"};
};
/// Which integer stands for a number between two; equation (8). The names are QONNX's.
enum class Rounding {
  kHalfEven,  ///< the nearest, of two the even one
  kFloor,     ///< the one below
  kCeil,      ///< the one above
  kUp,        ///< the one that is further from 0
  kDown,      ///< the one that is nearer to 0
  kHalfUp,    ///< the nearest, of two the one that is further from 0
  kHalfDown,  ///< the nearest, of two the one that is nearer to 0
};
template <>
struct EnumNames<Rounding> {
  static constexpr std::string_view kWhat = "rounding";
  static constexpr std::array<std::string_view, 7> kNames{"half-even", "floor",   "ceil",     "up",
                                                          "down",      "half-up", "half-down"};
};
/// `value` as an integer; exact, also in the middle.
double rounded(double value, Rounding rounding);

/// real = scale · (integer − zero_point), with integer in [minimum(), maximum()]. The same for QNN,
/// LSQ, post-training quantization, QDQ and QONNX.
struct QuantSpec {
  int bits = 8;            ///< 1 to 16
  bool is_signed = false;  ///< two's complement when true
  bool narrow = false;  ///< leave out −2^(bits−1), so that the grid is symmetric; of an unsigned
                        ///< grid, the largest integer
  bool odd = false;  ///< integers are the odd numbers −(2^bits − 1) … 2^bits − 1 (bipolar)
  GridRule rule = GridRule::kReciprocal;    ///< how real numbers come to units of the scale
  Rounding rounding = Rounding::kHalfEven;  ///< and from there to integers
  /// A layer's exact sums come to it by one float32 number, equation (8d): what ONNX Runtime's
  /// operators on integers mean.
  bool by_multiplier = false;
  std::int64_t zero_point = 0;  ///< the integer that stands for 0, on the grid
  int axis = -1;                ///< axis that `scale` runs along; −1: one scale for all
  Tensor scale;                 ///< F32, shape [1] or [extent of axis]; positive

  std::int64_t minimum() const;  ///< smallest integer of the grid
  std::int64_t maximum() const;  ///< largest integer of the grid
};

/// Throws Error that names `what` when bits, scale or axis are out of range.
void validate(const QuantSpec& spec, std::string_view what);

}  // namespace bitline
