// One layer as the array sees it: integer weights cut into planes and tiles, inputs into streams.
#pragma once

#include <cstdint>
#include <vector>

#include "bitline/base/sum_range.h"
#include "bitline/base/tensor.h"
#include "bitline/mapping/array_spec.h"
#include "bitline/mapping/digits.h"
#include "bitline/quantize/integer_layer.h"

namespace bitline {

/// Digits of the weights, W = Σ_i c_i b_i (+ the correction that the encoding states); equation (2)
/// of docs/arithmetic.md. Planes go from the least significant to the most significant; the sign
/// plane of two's complement is the last.
///
/// A column (plane, output channel, tile) may be flipped, equation (2a): its cells store u_i − b_i,
/// and its sums count with the sign −1.
struct WeightPlanes {
  std::vector<std::int64_t> weights;  ///< c_i, one per plane
  /// What cells store: I8 [planes, out_channels, fan_in], fan-in in (c, y, x).
  Tensor digits;
  /// s: I8 [planes, out_channels, tiles], −1 where a column is flipped and else +1. Empty where the
  /// array flips none.
  Tensor signs;
  /// u_i, what a digit and its flipped one add up to, one per plane: the plane's largest digit
  /// under ColumnFlip::kComplement, 0 under kSign. Empty as signs are.
  std::vector<std::int64_t> flip_totals;

  std::int64_t count() const { return static_cast<std::int64_t>(weights.size()); }
  bool has_flips() const { return signs.size() != 0; }
  /// s of a column.
  std::int64_t sign(std::int64_t plane, std::int64_t channel, std::int64_t tile) const;
  std::int64_t flipped_columns() const;
  /// F of an output channel and tile, the sum of c_i u_i over its flipped columns; equation (6).
  std::int64_t complement_weight(std::int64_t channel, std::int64_t tile) const;
  /// Whether any complement_weight() can differ from 0.
  bool has_complements() const { return has_flips() && flip_totals.front() != 0; }
};

/// How an activation integer becomes input digits, A = Σ_j g_j x_j; equation (1). Streams go from
/// the least significant to the most significant; the sign stream of two's complement is the last.
struct InputStreams {
  std::vector<std::int64_t> weights;  ///< g_j, one per stream
  int dac_bits = 1;                   ///< d
  int bits = 4;                       ///< n_a
  bool is_signed = false;
  bool bipolar = false;  ///< binary network: A itself is the one digit, −1 or +1
  ActivationEncoding encoding = ActivationEncoding::kTwosComplement;

  std::int64_t count() const { return static_cast<std::int64_t>(weights.size()); }
  /// x_j of the activation integer.
  std::int64_t digit(std::int64_t activation, std::int64_t stream) const;
  /// Smallest and largest x_j of any stream.
  DigitRange range() const;
  /// Σ_j g_j x_j: the activation again, unless it lies outside the grid.
  std::int64_t recombine(std::int64_t activation) const;
};

/// Which rows of the fan-in one column sums in one read; equation (4). Every fan-in index stands in
/// exactly one tile.
using Tile = std::vector<std::int64_t>;  ///< indices into the fan-in in (c, y, x) order

/// What the digital logic does so that lossless Y = Σ W A exactly; equation (6):
///   Y = (Σ_t Σ_i Σ_j s c_i g_j v(p) + Σ_t F_t Σ_{r ∈ t} A_r
///        − reference_weight · Σ_t Σ_j g_j v_reference(p_reference)
///        − input_sum_weight · Σ A) / divisor
/// with s and F_t of WeightPlanes.
/// differential, twos-complement, bipolar on the odd grid: {0, 0, 1}. bipolar on an ordinary grid
/// stores 2W + 1: {0, 1, 2}. offset: 2^(n_w − 1) as reference_weight or as input_sum_weight.
struct Correction {
  std::int64_t reference_weight = 0;  ///< not 0: each tile has a reference column of ones
  std::int64_t input_sum_weight = 0;  ///< times Σ A over the output's fan-in, pads included; exact
  std::int64_t divisor = 1;
};

/// An IntegerLayer placed on the array. Only map_layer() (map.h) makes one.
struct CimLayer : IntegerLayer {
  ArraySpec array;
  WeightPlanes planes;
  InputStreams streams;
  std::vector<Tile> tiles;
  Correction correction;
  /// Partial sums that a conversion of a normal column can see, from the digits' ranges and the
  /// lengths of the tiles (not from the weights' values); under ColumnFlip::kComplement, from the
  /// half of those ranges that stored digits reach. Equation (3).
  SumRange sums;
  SumRange reference_sums;  ///< of a reference column; 0 … 0 without one
  /// Differential pair read by two conversions of one table, v(p⁺) − v(p⁻); `sums` is then the
  /// range of p⁺ and of p⁻, with digits b⁺ = max(b, 0) and b⁻ = max(−b, 0).
  bool subtract_digitally = false;

  bool has_reference_column() const { return correction.reference_weight != 0; }
  /// Conversions of one image by normal columns: outputs × tiles × planes × streams, twice that
  /// when subtracted digitally.
  std::int64_t conversions() const;
  /// Conversions of one image by reference columns: positions × groups × tiles × streams.
  std::int64_t reference_conversions() const;
};

}  // namespace bitline
