// The integer grid of a value or a parameter.
#pragma once

#include <cstdint>

#include "bitline/base/tensor.h"

namespace bitline {

/// real = scale · (integer − zero_point), with integer in [minimum(), maximum()]. The same for QNN,
/// LSQ, post-training quantization, QDQ and QONNX.
struct QuantSpec {
  int bits = 8;            ///< 1 to 16
  bool is_signed = false;  ///< two's complement when true
  bool narrow = false;  ///< leave out −2^(bits−1), so that the grid is symmetric; of an unsigned
                        ///< grid, the largest integer
  bool odd = false;  ///< integers are the odd numbers −(2^bits − 1) … 2^bits − 1 (bipolar)
  std::int64_t zero_point = 0;  ///< the integer that stands for 0, on the grid
  int axis = -1;                ///< axis that `scale` runs along; −1: one scale for all
  Tensor scale;                 ///< F32, shape [1] or [extent of axis]; positive

  std::int64_t minimum() const;  ///< smallest integer of the grid
  std::int64_t maximum() const;  ///< largest integer of the grid
};

/// Throws Error that names `what` when bits, scale or axis are out of range.
void validate(const QuantSpec& spec, std::string_view what);

}  // namespace bitline
