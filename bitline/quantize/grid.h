// Real number to integer of a grid and back: the one rounding that training and evaluation share.
#pragma once

#include <algorithm>
#include <cstdint>

#include "bitline/graph/quant_spec.h"

namespace bitline {

/// A QuantSpec's grid for one scale; equation (8), all in float32:
/// A = clamp(round-half-even(v · (1/s)) + z, min, max). On the odd grid
/// A = 2 · clamp(round-half-even((v · (1/s) − 1) / 2)) + 1, which is −1 or +1 by v's sign for 1
/// bit.
class Grid {
 public:
  Grid(const QuantSpec& spec, float scale)
      : inverse_(1.0F / scale),
        minimum_(static_cast<float>(spec.minimum() - spec.zero_point)),
        maximum_(static_cast<float>(spec.maximum() - spec.zero_point)),
        zero_point_(static_cast<std::int32_t>(spec.zero_point)),
        odd_(spec.odd),
        by_sign_(spec.odd && spec.bits == 1) {}

  /// A. NaN gives the grid's minimum.
  std::int32_t to_integer(float value) const {
    return static_cast<std::int32_t>(to_level(value)) + zero_point_;
  }
  /// A − z, which times the scale is the real number.
  float to_level(float value) const {
    // The odd form would round a tiny negative number to +1: v/s − 1 does not hold its last bits.
    if (by_sign_) return value >= 0 ? 1.0F : -1.0F;
    const float scaled = value * inverse_;
    return odd_ ? 2 * round((scaled - 1.0F) * 0.5F, (minimum_ - 1) / 2, (maximum_ - 1) / 2) + 1
                : round(scaled, minimum_, maximum_);
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
  float minimum_;  // of A − z
  float maximum_;
  std::int32_t zero_point_;
  bool odd_;
  bool by_sign_;
};

}  // namespace bitline
