// What stands between a layer's sums and the next layer's integers, in integers alone: what a
// digital circuit computes in place of (7). Equation (8b).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "bitline/graph/quant_spec.h"
#include "bitline/runtime/pointwise.h"

namespace bitline {

/// A real factor v as v · 2^F ≈ multiplier / 2^shift, with F significant bits.
struct FixedFactor {
  std::int64_t multiplier = 0;  ///< M
  int shift = 0;                ///< h, 0 to 62

  /// Throws Error for a number that is none, or 2^38 and more.
  static FixedFactor of(double v, int bits);
  /// [M · integer]_h: the product over 2^h to the nearest integer, a half up.
  std::int64_t times(std::int64_t integer) const;
};

/// Where the outputs go.
struct FixedTarget {
  int bits = 16;                  ///< F
  float step = 1;                 ///< s, of the grid
  std::optional<QuantSpec> grid;  ///< nothing: T itself is the output, in 32 bits
  bool relu = false;              ///< whether negative ones become 0
};

/// Largest magnitudes that a layer's integers can have.
struct FixedLimits {
  std::int64_t sum = 0;     ///< of Y_int
  std::int64_t addend = 0;  ///< of A_r − z_r
};

/// (8b) of one layer.
class FixedRequantization {
 public:
  /// `addend_scale`: s_r. Throws Error where an intermediate result might not fit 62 bits.
  FixedRequantization(const ChannelAffine& affine, const FixedTarget& target, float addend_scale,
                      const FixedLimits& limits);

  /// The definition: A of a sum Y_int and an addend A_r − z_r.
  std::int32_t operator()(std::size_t channel, std::int64_t sum, std::int64_t addend) const;

  /// Integers A_r of an addend; none of a layer without one.
  struct Addends {
    std::span<const std::int32_t> integers;
    std::int64_t zero_point = 0;
    /// A_r − z_r.
    std::int64_t operator[](std::size_t i) const {
      return integers.empty() ? 0 : integers[i] - zero_point;
    }
  };
  /// The same of a row of one channel's sums (I64, or whole numbers in F32 or F64), in doubles that
  /// hold every intermediate result exactly where there are such.
  template <typename Sum>
  void run_row(std::span<const Sum> sums, std::size_t channel, const Addends& addends,
               std::span<std::int32_t> outputs) const;

 private:
  /// T.
  std::int64_t total(std::size_t channel, std::int64_t sum, std::int64_t addend) const;
  void check(std::size_t channel, double offset, const FixedLimits& limits);

  FixedTarget target_;
  std::vector<FixedFactor> factors_;
  std::vector<std::int64_t> offsets_;  // B
  FixedFactor addend_factor_;
  bool fits_double_ = true;
};

}  // namespace bitline
