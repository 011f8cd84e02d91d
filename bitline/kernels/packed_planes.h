// Weight planes as bits, laid out for the fused kernel. Prepared once per layer.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <vector>

#include "bitline/base/tensor.h"
#include "bitline/mapping/cim_layer.h"

namespace bitline {

/// Columns that the kernel converts together: one byte lane each.
inline constexpr std::int64_t kBlockColumns = 64;

/// The byte lane in which column `column` of a block lies. Chosen so that splitting byte lanes into
/// even and odd 16-bit lanes, and those into even and odd 32-bit lanes, yields the columns in
/// order.
constexpr std::int64_t lane_of_column(std::int64_t column) {
  return (column & 15) << 2 | (column >> 4 & 1) << 1 | column >> 5;
}

/// Rows of a group that an integer dot product takes together.
inline constexpr std::int64_t kRowsPerGroup = 4;

/// The place of a byte lane among the 64 groups of digits of one row group, chosen so that packing
/// 32-bit sums to bytes yields the lanes in order.
constexpr std::int64_t digit_group_of_lane(std::int64_t lane) {
  return lane % 16 / 4 * 16 + lane / 16 * 4 + lane % 4;
}

/// One bit of a digit: digit = base + Σ over its bits of ±2^shift · bit.
struct DigitBit {
  int shift = 0;
  bool negative = false;
};

/// The columns of one weight plane, or of one half of it where the pair is subtracted digitally.
struct ColumnPlane {
  std::int64_t plane = 0;      ///< i
  std::int64_t factor = 1;     ///< c_i, negated for the negative half
  bool negative_half = false;  ///< holds max(−b, 0)
};

/// Columns of a block that belong to neighbouring channels of one column plane.
struct ColumnRun {
  std::int64_t first = 0;  ///< in the block
  std::int64_t count = 0;
  std::int64_t channel = 0;  ///< of the first one, in its group
  std::int32_t factor = 1;   ///< of the column plane
};

/// A tile's rows: eight to a byte of bits, four to a group of digits.
struct PackedTile {
  std::int64_t first_byte = 0;  ///< in the row bytes of all tiles
  std::int64_t bytes = 0;
  std::int64_t first_group = 0;  ///< in the row groups of all tiles
  std::int64_t groups = 0;
};

/// The columns of a group (column plane by column plane, output channel by output channel) stand
/// side by side, 64 to a block. What is left of the last block repeats the first columns, so that
/// no lane gives a sum that no column can give. A column's cells are `cell_bits` planes of bits,
/// and a byte of one of them holds eight rows.
struct PackedPlanes {
  std::int64_t groups = 1;
  std::int64_t out_channels = 1;  ///< of one group
  std::vector<ColumnPlane> column_planes;
  std::vector<std::vector<ColumnRun>> runs;  ///< by block; the columns that it repeats are in none
  std::vector<DigitBit> cell_bits;
  std::int64_t digit_base = 0;  ///< −1 for cells of −1 and +1, which are 2 · bit − 1
  std::vector<PackedTile> tiles;
  std::int64_t row_bytes = 0;   ///< of all tiles
  std::int64_t row_groups = 0;  ///< likewise
  SumRange sums;                ///< that these very weights can give; narrower than CimLayer's
  /// U8 [groups, blocks, tiles, cell_bits, bytes of the tile, lanes].
  Tensor bits{DType::kU8, {0}};
  /// Digits whole, for integer dot products: I8 [groups, blocks, row groups, 64 in the order of
  /// digit_group_of_lane(), 4 rows]. Empty where counting bits is cheaper.
  Tensor digits;
  /// s of (2a): I8 [groups, blocks, tiles, lanes]. Empty where the array flips no columns.
  Tensor signs;

  std::int64_t columns() const {
    return static_cast<std::int64_t>(column_planes.size()) * out_channels;
  }
  /// Σ of the column planes' factors, flipped columns' signs left out, and of their magnitudes.
  std::int64_t factor_sum() const {
    std::int64_t sum = 0;
    for (const ColumnPlane& plane : column_planes) sum += plane.factor;
    return sum;
  }
  std::int64_t factor_magnitudes() const {
    std::int64_t sum = 0;
    for (const ColumnPlane& plane : column_planes) sum += std::abs(plane.factor);
    return sum;
  }
  bool has_flips() const { return signs.size() != 0; }
  bool has_digits() const { return digits.size() != 0; }
  std::int64_t blocks() const { return (columns() + kBlockColumns - 1) / kBlockColumns; }
  /// [cell_bits, bytes of the tile, lanes]
  const std::uint8_t* bits_of(std::int64_t group, std::int64_t block, std::size_t tile) const {
    return bits.data<std::uint8_t>().data() + offset_of(group, block, tile);
  }
  /// [row groups of the tile, 64, 4]
  const std::int8_t* digits_of(std::int64_t group, std::int64_t block, std::size_t tile) const {
    return digits.data<std::int8_t>().data() + digit_offset_of(group, block, tile);
  }
  /// [lanes]; null where the array flips no columns.
  const std::int8_t* signs_of(std::int64_t group, std::int64_t block, std::size_t tile) const {
    return has_flips() ? signs.data<std::int8_t>().data() + sign_offset_of(group, block, tile)
                       : nullptr;
  }
  std::int64_t sign_offset_of(std::int64_t group, std::int64_t block, std::size_t tile) const {
    return ((group * blocks() + block) * std::ssize(tiles) + static_cast<std::int64_t>(tile)) *
           kBlockColumns;
  }
  std::int64_t digit_offset_of(std::int64_t group, std::int64_t block, std::size_t tile) const {
    return ((group * blocks() + block) * row_groups + tiles[tile].first_group) * kBlockColumns *
           kRowsPerGroup;
  }
  std::int64_t offset_of(std::int64_t group, std::int64_t block, std::size_t tile) const {
    const std::int64_t whole_blocks = (group * blocks() + block) * row_bytes;
    return (whole_blocks + tiles[tile].first_byte) * static_cast<std::int64_t>(cell_bits.size()) *
           kBlockColumns;
  }
};

PackedPlanes pack_planes(const CimLayer& layer);

/// The column of each lane, [blocks, lanes]; −1 for lanes of the last block that hold none of their
/// own.
std::vector<std::int64_t> columns_of_lanes(const PackedPlanes& planes);

}  // namespace bitline
