// Columns in pairs, as tables of counts that a byte shuffle looks up: the cells of a layer for the
// kernel whose lanes are positions (convert_pairs.h). Prepared once per layer.
#pragma once

#include <cstdint>

#include "bitline/kernels/packed_planes.h"

namespace bitline {

/// Entries of a table: one for each set of driven rows of a group.
inline constexpr std::int64_t kTableEntries = std::int64_t{1} << kRowsPerGroup;

/// Input streams that a layer in pairs may have.
inline constexpr std::int64_t kMostPairStreams = 16;

/// A pair is the columns a and b of two neighbouring output channels in one column plane; where the
/// last channel of a group has no neighbour, b has empty cells. Four rows of it are a table: entry
/// k is A(k) + 16 B(k), where A(k) is the sum of a's digits in the rows whose bits k holds plus the
/// number of −1 among all four of a's digits. Digits are −1, 0 or 1, so that A and B lie in 0 … 4.
struct ColumnPairs {
  std::int64_t pairs = 0;  ///< of a column plane in a group
  /// U8 [groups, tiles, pairs, column planes, row groups of the tile, 16]
  Tensor tables{DType::kU8, {0}};
  /// Digits −1 of a and of b: I32 [groups, tiles, pairs, column planes, 2]
  Tensor negatives{DType::kI32, {0}};

  bool empty() const { return pairs == 0; }
  /// Of the first pair.
  const std::uint8_t* tables_of(const PackedPlanes& planes, std::int64_t group,
                                std::size_t tile) const {
    return tables.data<std::uint8_t>().data() + table_offset(planes, group, tile);
  }
  const std::int32_t* negatives_of(const PackedPlanes& planes, std::int64_t group,
                                   std::size_t tile) const {
    return negatives.data<std::int32_t>().data() + negative_offset(planes, group, tile);
  }
  std::int64_t table_offset(const PackedPlanes& planes, std::int64_t group,
                            std::size_t tile) const {
    const std::int64_t row_group = group * planes.row_groups + planes.tiles[tile].first_group;
    return row_group * pairs * std::ssize(planes.column_planes) * kTableEntries;
  }
  std::int64_t negative_offset(const PackedPlanes& planes, std::int64_t group,
                               std::size_t tile) const {
    const std::int64_t tiles = group * std::ssize(planes.tiles) + static_cast<std::int64_t>(tile);
    return tiles * pairs * std::ssize(planes.column_planes) * 2;
  }
};

/// Whether all of a layer's digits are −1, 0 or 1, and those of its input streams, of which there
/// are at most kMostPairStreams, 0 or 1.
bool fits_pairs(const CimLayer& layer, const PackedPlanes& planes);

/// `planes` are those of the layer, which fits_pairs().
ColumnPairs pair_columns(const CimLayer& layer, const PackedPlanes& planes);

}  // namespace bitline
