// Real number to integer of a grid and back: the one rounding that training and evaluation share.
#pragma once

#include <algorithm>
#include <cstdint>

#include "bitline/graph/quant_spec.h"

namespace bitline {

/// A QuantSpec's grid for one scale; equation (8), all in float32:
/// A = clamp(round-half-even(x) + z, min, max) with x = v · (1/s) or v / s by the grid's rule. On
/// the odd grid A = 2 · clamp(round-half-even((x − 1) / 2)) + 1, which is −1 or +1 by v's sign for
/// 1 bit.
class Grid {
 public:
  Grid(const QuantSpec& spec, float scale)
      : factor_of_value_(spec.rule == GridRule::kReciprocal ? 1.0F / scale : 1.0F),
        divisor_(spec.rule == GridRule::kDivide ? scale : 1.0F),
        shift_(spec.odd ? 1.0F : 0.0F),
        factor_(spec.odd ? 2.0F : 1.0F),
        half_(1 / factor_),
        minimum_((static_cast<float>(spec.minimum() - spec.zero_point) - shift_) / factor_),
        maximum_((static_cast<float>(spec.maximum() - spec.zero_point) - shift_) / factor_),
        zero_point_(static_cast<std::int32_t>(spec.zero_point)),
        by_sign_(spec.odd && spec.bits == 1) {}

  /// A. NaN gives the grid's minimum.
  std::int32_t to_integer(float value) const {
    return static_cast<std::int32_t>(to_level(value)) + zero_point_;
  }
  /// A − z, which times the scale is the real number.
  float to_level(float value) const { return by_sign_ ? sign(value) : nearest_level(value); }
  /// The same where the grid is not by_sign(), without a branch: loops become vectors.
  float nearest_level(float value) const {
    return factor_ * round(ordinary(value), minimum_, maximum_) + shift_;
  }
  /// The same on grids of −1 and +1. Rounding would take a tiny negative number to +1: v/s − 1 does
  /// not hold its last bits.
  static float sign(float value) { return value >= 0 ? 1.0F : -1.0F; }
  bool by_sign() const { return by_sign_; }

  /// Whether the rounded integer, before the clamp, lies in the grid; NaN does not.
  bool covers(float value) const {
    const float rounded = round(ordinary(value), minimum_ - 1, maximum_ + 1);
    return std::min(std::max(minimum_, rounded), maximum_) == rounded;
  }
  /// x, before rounding. One of the two operations is by 1 and changes nothing, so that a loop
  /// needs no branch to follow the rule.
  float scaled(float value) const { return value * factor_of_value_ / divisor_; }

 private:
  /// What is rounded: k of the odd integer 2k + 1, or the integer itself.
  float ordinary(float value) const { return (scaled(value) - shift_) * half_; }

  /// Round half to even: adding 1.5 · 2^23 leaves no bits behind the point. Vectorises, which a
  /// call of nearbyint does not; clamping first is the same because the borders are integers.
  static float round(float value, float minimum, float maximum) {
    constexpr float kShift = 12582912.0F;
    const float clamped = std::min(std::max(minimum, value), maximum);
    return (clamped + kShift) - kShift;
  }

  float factor_of_value_;
  float divisor_;
  float shift_;  // odd integers are 2k + 1, others 1k + 0
  float factor_;
  float half_;     // 1 / factor_
  float minimum_;  // of k; without the zero point
  float maximum_;
  std::int32_t zero_point_;
  bool by_sign_;
};

}  // namespace bitline
