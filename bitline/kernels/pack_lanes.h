// The inner kernel of packing: codes of eight rows → one byte of each input plane, many positions
// at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "bitline/kernels/packed_inputs.h"

namespace bitline {

inline constexpr std::size_t kRowsPerByte = 8;
/// Bits of a code byte.
inline constexpr std::size_t kPlanesPerPart = 8;

/// Fills words (or digits, or nibbles) and active, and digit_sums where `sum_digits`, of all tiles.
struct PackJob {
  const std::uint8_t* codes;        ///< of lane 0; reads on up to the last lane
  std::int64_t part_size;           ///< from a code's byte to its next one
  std::int64_t code_pitch;          ///< from an output row's codes to the next one's
  const std::int64_t* row_offsets;  ///< [row bytes, 8] from a lane's code to the row's; −1: no row
  const std::vector<PackedTile>& tiles;
  const std::vector<InputPlane>& planes;
  bool sum_digits;
  PackedInputs& packed;
};

/// Runs on the instruction set that instruction_set.h names.
void pack_lanes(const PackJob& job);
/// The same for InputForm::kDigits.
void pack_digits(const PackJob& job);
/// And for InputForm::kNibbles, where an instruction set has them (pair_lanes()); `active` is left
/// alone. Reads up to 32 codes behind a row's.
void pack_nibbles(const PackJob& job);

}  // namespace bitline
