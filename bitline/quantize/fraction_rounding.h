// Sums of integers of grids, rounded onto another grid as the exact fractions that they are.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "bitline/graph/quant_spec.h"

namespace bitline {

/// Equation (8a): A = clamp(round(x) + z, Q_min, Q_max) of x = Σ_i s_i L_i / (n s), as an exact
/// fraction. Scales are float32, so that s_i / s are fractions of integers f_i / g.
class FractionRounding {
 public:
  /// Onto the grid `spec`, of one scale. `scales`: s_i, one or two. Nothing where no f_i and g
  /// below 2^62 exist: where the scales lie farther apart than 2^38.
  static std::optional<FractionRounding> of(const QuantSpec& spec, std::span<const float> scales);

  /// A by the definition. |L_i| ≤ 2^56, 0 < n ≤ 2^38.
  std::int32_t operator()(std::int64_t first, std::int64_t second, std::int64_t n) const;

  /// Whether in_64_bits() may take numbers with |L_1| + |L_2| ≤ `most` and n ≤ `count`.
  bool fits_64_bits(std::int64_t most, std::int64_t count) const;
  /// The same A, in less time.
  std::int32_t in_64_bits(std::int64_t first, std::int64_t second, std::int64_t n) const;

 private:
  template <typename Integer>
  std::int32_t round(Integer first, Integer second, Integer n) const;

  std::int64_t first_ = 0;   // f_1
  std::int64_t second_ = 0;  // f_2
  std::int64_t unit_ = 1;    // g
  std::int64_t minimum_ = 0, maximum_ = 0, zero_point_ = 0;
  bool odd_ = false;
};

}  // namespace bitline
