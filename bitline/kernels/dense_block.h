// The inner kernel of plain integer products: unsigned digits × signed weights, summed over the
// rows of a fan-in, for many output positions and channels at a time.
#pragma once

#include <cstdint>
#include <span>

#include "bitline/kernels/packed_planes.h"

namespace bitline {

/// Positions whose digits stand together: those of four rows are a line of the caches.
inline constexpr std::int64_t kDenseLanes = 16;
/// Channels whose weights stand together.
inline constexpr std::int64_t kDenseChannels = 8;
/// A block has multiples of so many positions, and of kDenseChannels, so that the kernel needs no
/// tail.
inline constexpr std::int64_t kDenseLaneMultiple = 32;

/// How inputs are cut into unsigned digits.
struct DenseDigits {
  int bits = 8;              ///< of a digit
  std::int64_t streams = 1;  ///< digits of an input, least significant first
};

/// Whether the instruction set has the kernel: products of bytes in pairs (x86) or fours (AVX-512).
bool has_dense_products();

/// Row groups of which the sums of two neighbouring products add up within 16 bits; 0 where not
/// even one group's do.
std::int64_t groups_in_short(int digit_bits, std::int64_t largest_weight);
/// The digits with which inputs of `input_bits` bits and weights up to `largest_weight` take the
/// fewest steps: whole inputs where four products add up in 32 bits at once, or where pairs of them
/// stay within 16 bits for a while, else digits of 4 bits.
DenseDigits dense_digits(int input_bits, std::int64_t largest_weight);
/// Whether the kernel gives exact sums of them: the instruction set may have been forced since.
bool can_sum(const DenseDigits& digits, std::int64_t largest_weight);

/// Digits of a block's inputs: U8 [streams, lanes / 16, groups, 16 lanes, 4 rows].
struct DenseInputs {
  std::uint8_t* packed = nullptr;
  std::int64_t groups = 0;
  std::int64_t lanes = 0;
  DenseDigits digits;
};
/// Where the codes of four rows stand for a block's lanes, 8 of which stand side by side: a place
/// for each 8 lanes, and an offset to it for each row.
struct DenseRows {
  std::span<const std::uint8_t* const> places;  ///< [lanes / 8]
  std::int64_t offsets[kRowsPerGroup];
};
inline constexpr std::int64_t kDenseRun = 8;
/// Packs row group `group`. Needs has_dense_products().
void pack_dense_rows(const DenseRows& rows, std::int64_t group, const DenseInputs& inputs);
/// Packs one lane from the codes of all rows, which stand side by side; reads up to 3 behind them.
void pack_dense_lane(const std::uint8_t* codes, std::int64_t lane, const DenseInputs& inputs);

/// sums[channel, lane] = start[channel] + Σ over rows of weight · input.
struct DenseJob {
  DenseInputs inputs;
  const std::int8_t* weights = nullptr;  ///< [channels / 8, groups, 8 channels, 4 rows]
  const std::int32_t* start = nullptr;   ///< [channels]
  std::int64_t channels = 0;
  std::int64_t largest_weight = 0;
  std::int32_t* sums = nullptr;  ///< [channels, lanes]
};
/// Needs can_sum().
void sum_dense(const DenseJob& job);

}  // namespace bitline
