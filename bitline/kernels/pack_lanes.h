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

/// Fills words (or digits) and active, and digit_sums where `sum_digits`, of all tiles.
struct PackJob {
  const std::uint8_t* codes;        ///< of lane 0; reads on up to the last lane
  std::int64_t part_size;           ///< from a code's byte to its next one
  const std::int64_t* row_offsets;  ///< [row bytes, 8] from a lane's code to the row's; −1: no row
  const std::vector<PackedTile>& tiles;
  const std::vector<InputPlane>& planes;
  bool sum_digits;
  PackedInputs& packed;
};

/// Runs on the instruction set that instruction_set.h names.
void pack_lanes(const PackJob& job);
/// The same for PackedInputs::as_digits.
void pack_digits(const PackJob& job);

}  // namespace bitline
