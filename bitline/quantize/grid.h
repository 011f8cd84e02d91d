// Real number to integer of a grid and back: the one rounding that training and evaluation share.
#pragma once

#include <algorithm>
#include <cstdint>

#include "bitline/graph/quant_spec.h"

namespace bitline {

/// A QuantSpec's grid for one scale; equation (8): A = clamp(round-half-even(v · (1/s)), min, max),
/// all in float32. On the odd grid A = 2 · clamp(round-half-even((v · (1/s) − 1) / 2)) + 1.
class Grid {
 public:
  Grid(const QuantSpec& spec, float scale)
      : inverse_(1.0F / scale),
        minimum_(static_cast<float>(spec.minimum())),
        maximum_(static_cast<float>(spec.maximum())),
        odd_(spec.odd) {}

  /// NaN gives minimum().
  std::int32_t to_integer(float value) const {
    const float scaled = value * inverse_;
    const float rounded =
        odd_ ? 2 * round((scaled - 1.0F) * 0.5F, (minimum_ - 1) / 2, (maximum_ - 1) / 2) + 1
             : round(scaled, minimum_, maximum_);
    return static_cast<std::int32_t>(rounded);
  }

  /// Whether the rounded integer, before the clamp, lies in the grid; NaN does not.
  bool covers(float value) const {
    const float scaled = value * inverse_;
    const float lowest = odd_ ? (minimum_ - 1) / 2 : minimum_;
    const float highest = odd_ ? (maximum_ - 1) / 2 : maximum_;
    const float rounded = round(odd_ ? (scaled - 1.0F) * 0.5F : scaled, lowest - 1, highest + 1);
    return rounded >= lowest && rounded <= highest;
  }
  /// v · (1/s), before rounding.
  float scaled(float value) const { return value * inverse_; }

 private:
  /// Round half to even: adding 1.5 · 2^23 leaves no bits behind the point. Vectorises, which a
  /// call of nearbyint does not; clamping first is the same because the borders are integers.
  static float round(float value, float minimum, float maximum) {
    constexpr float kShift = 12582912.0F;
    const float clamped = std::min(std::max(minimum, value), maximum);
    return (clamped + kShift) - kShift;
  }

  float inverse_;
  float minimum_;
  float maximum_;
  bool odd_;
};

}  // namespace bitline
