// Real number to integer of a grid and back: the one rounding that training and evaluation share.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "bitline/graph/quant_spec.h"

namespace bitline {

/// A QuantSpec's grid for one scale; equation (8), all in float32:
/// A = clamp(round-half-even(x) + z, min, max) with x = v · (1/s) or v / s by the grid's rule. On
/// the odd grid A = 2 · clamp(round-half-even((x − 1) / 2)) + 1, which is −1 or +1 by v's sign for
/// 1 bit. A grid with another rounding has A = round(clamp(x + z, min, max)).
class Grid {
 public:
  Grid(const QuantSpec& spec, float scale)
      : divides_(spec.rule == GridRule::kDivide),
        scale_(scale),
        inverse_(1.0F / scale),
        shift_(spec.odd ? 1.0F : 0.0F),
        factor_(spec.odd ? 2.0F : 1.0F),
        half_(1 / factor_),
        minimum_((static_cast<float>(spec.minimum() - spec.zero_point) - shift_) / factor_),
        maximum_((static_cast<float>(spec.maximum() - spec.zero_point) - shift_) / factor_),
        zero_point_(static_cast<std::int32_t>(spec.zero_point)),
        by_sign_(spec.odd && spec.bits == 1),
        rounding_(spec.rounding) {}

  /// A. NaN gives the grid's minimum.
  std::int32_t to_integer(float value) const {
    return static_cast<std::int32_t>(to_level(value)) + zero_point_;
  }
  /// A of each value, of as many. What kind of grid it is, is asked once and not in the loop, which
  /// becomes vectors on grids that round half to even.
  void to_integers(std::span<const float> values, std::span<std::int32_t> integers) const {
    const Grid grid = *this;  // nothing that is written lies in it
    if (rounding_ != Rounding::kHalfEven || by_sign_)
      std::ranges::transform(values, integers.begin(),
                             [&grid](float v) { return grid.to_integer(v); });
    else if (divides_)
      std::ranges::transform(values, integers.begin(),
                             [&grid](float v) { return grid.integer_of(v / grid.scale_); });
    else
      std::ranges::transform(values, integers.begin(),
                             [&grid](float v) { return grid.integer_of(v * grid.inverse_); });
  }
  /// A − z, which times the scale is the real number.
  float to_level(float value) const {
    if (rounding_ != Rounding::kHalfEven) return rounded_level(value);
    return by_sign_ ? sign(value) : nearest_level(value);
  }
  /// The same where the grid rounds half to even and is not by_sign(), without a branch: loops
  /// become vectors.
  float nearest_level(float value) const { return level_of(scaled(value)); }
  /// The same on grids of −1 and +1. Rounding would take a tiny negative number to +1: v/s − 1 does
  /// not hold its last bits.
  static float sign(float value) { return value >= 0 ? 1.0F : -1.0F; }
  bool by_sign() const { return by_sign_; }

  /// Whether the rounded integer, before the clamp, lies in the grid; NaN does not.
  bool covers(float value) const {
    const float rounded = round(ordinary(scaled(value)), minimum_ - 1, maximum_ + 1);
    return std::min(std::max(minimum_, rounded), maximum_) == rounded;
  }
  /// x, before rounding.
  float scaled(float value) const { return divides_ ? value / scale_ : value * inverse_; }

 private:
  /// What is rounded of x: k of the odd integer 2k + 1, or the integer itself.
  float ordinary(float x) const { return (x - shift_) * half_; }
  /// nearest_level() of the value whose x this is.
  float level_of(float x) const {
    return factor_ * round(ordinary(x), minimum_, maximum_) + shift_;
  }
  std::int32_t integer_of(float x) const {
    return static_cast<std::int32_t>(level_of(x)) + zero_point_;
  }

  /// Round half to even: adding 1.5 · 2^23 leaves no bits behind the point. Vectorises, which a
  /// call of nearbyint does not; clamping first is the same because the borders are integers.
  static float round(float value, float minimum, float maximum) {
    constexpr float kShift = 12582912.0F;
    const float clamped = std::min(std::max(minimum, value), maximum);
    return (clamped + kShift) - kShift;
  }

  /// As QONNX orders it: the zero point is added, then the rounding sees on which side of 0 it is.
  float rounded_level(float value) const {
    const auto zero_point = static_cast<float>(zero_point_);
    const float with_zero_point = scaled(value) + zero_point;
    const float clamped =
        std::min(std::max(minimum_ + zero_point, with_zero_point), maximum_ + zero_point);
    return static_cast<float>(rounded(static_cast<double>(clamped), rounding_)) - zero_point;
  }

  bool divides_;
  float scale_;
  float inverse_;
  float shift_;  // odd integers are 2k + 1, others 1k + 0
  float factor_;
  float half_;     // 1 / factor_
  float minimum_;  // of k; without the zero point
  float maximum_;
  std::int32_t zero_point_;
  bool by_sign_;
  Rounding rounding_;
};

}  // namespace bitline
