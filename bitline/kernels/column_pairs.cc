#include "bitline/kernels/column_pairs.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "bitline/base/parallel.h"
#include "bitline/base/rational.h"
#include "bitline/mapping/cell_digits.h"

namespace bitline {
namespace {

using Entries = std::array<std::uint8_t, kTableEntries>;

/// The table of four digits of one column as a and as b of a pair, and how many of them are −1.
struct DigitTable {
  std::array<Entries, 2> sides{};
  std::int32_t negatives = 0;
};

constexpr std::size_t kDigitTables = 81;  // 3^4

/// By Σ_r 3^r (digit + 1) of the rows r of a group.
std::array<DigitTable, kDigitTables> make_digit_tables() {
  std::array<DigitTable, kDigitTables> tables;
  for (std::size_t index = 0; index < kDigitTables; ++index) {
    DigitTable& table = tables[index];
    std::size_t rest = index;
    for (int row = 0; row < kRowsPerGroup; ++row, rest /= 3) {
      const int digit = static_cast<int>(rest % 3) - 1;
      table.negatives += digit < 0 ? 1 : 0;
      for (int k = 0; k < kTableEntries; ++k) {
        std::uint8_t& count = table.sides[0][static_cast<std::size_t>(k)];
        count = static_cast<std::uint8_t>(count + ((k >> row & 1) * digit) + (digit < 0 ? 1 : 0));
      }
    }
    std::ranges::transform(table.sides[0], table.sides[1].begin(), [](std::uint8_t count) {
      return static_cast<std::uint8_t>(count << 4);
    });
  }
  return tables;
}

/// Writes the tables of one column plane of a pair.
class PairWriter {
 public:
  PairWriter(const CimLayer& layer, const PackedPlanes& planes, ColumnPairs& pairs)
      : layer_(layer), planes_(planes), pairs_(pairs), cells_(layer) {}

  void write(std::int64_t group, std::int64_t pair, std::size_t plane) {
    const std::int64_t channels = planes_.out_channels;
    for (std::int64_t side = 0; side < 2 && 2 * pair + side < channels; ++side) {
      const ColumnPlane& column = planes_.column_planes[plane];
      const auto digits = cells_.column(column.plane, group * channels + 2 * pair + side);
      for (std::size_t tile = 0; tile < planes_.tiles.size(); ++tile)
        write_column({group, pair, plane, tile, side}, column, digits);
    }
  }

 private:
  struct Place {
    std::int64_t group;
    std::int64_t pair;
    std::size_t plane;
    std::size_t tile;
    std::int64_t side;  ///< 0 of column a, 1 of b
  };

  void write_column(const Place& at, const ColumnPlane& column,
                    std::span<const std::int8_t> digits) {
    const Tile& rows = layer_.tiles[at.tile];
    const std::int64_t column_pair =
        at.pair * std::ssize(planes_.column_planes) + static_cast<std::int64_t>(at.plane);
    std::uint8_t* entries = pairs_.tables.data<std::uint8_t>().data() +
                            pairs_.table_offset(planes_, at.group, at.tile) +
                            column_pair * planes_.tiles[at.tile].groups * kTableEntries;
    std::int32_t& negatives = pairs_.negatives.data<std::int32_t>()[static_cast<std::size_t>(
        pairs_.negative_offset(planes_, at.group, at.tile) + 2 * column_pair + at.side)];
    for (std::size_t first = 0; first < rows.size(); first += kRowsPerGroup) {
      std::size_t index = 0;
      for (std::size_t i = kRowsPerGroup; i-- > 0;) {
        const std::size_t row = first + i;
        const int digit =
            row < rows.size() ? stored(digits[static_cast<std::size_t>(rows[row])], column) : 0;
        index = 3 * index + static_cast<std::size_t>(digit + 1);
      }
      add(digit_tables_[index].sides[static_cast<std::size_t>(at.side)], entries);
      entries += kTableEntries;
      negatives += digit_tables_[index].negatives;
    }
  }

  /// By way of arrays that share no memory, so that it is one vector.
  static void add(const Entries& own, std::uint8_t* entries) {
    Entries both;
    std::memcpy(both.data(), entries, both.size());
    for (std::size_t k = 0; k < own.size(); ++k) both[k] |= own[k];
    std::memcpy(entries, both.data(), both.size());
  }

  /// As the column's cells hold it.
  int stored(int digit, const ColumnPlane& column) const {
    if (!layer_.subtract_digitally) return digit;
    return std::max(column.negative_half ? -digit : digit, 0);
  }

  const CimLayer& layer_;
  const PackedPlanes& planes_;
  ColumnPairs& pairs_;
  CellDigits cells_;
  std::array<DigitTable, kDigitTables> digit_tables_ = make_digit_tables();
};

}  // namespace

bool fits_pairs(const CimLayer& layer, const PackedPlanes& planes) {
  const bool one_bit_cells =
      planes.digit_base != 0 ||
      std::ranges::all_of(planes.cell_bits, [](const DigitBit& bit) { return bit.shift == 0; });
  const DigitRange inputs = layer.streams.range();
  return one_bit_cells && inputs.minimum >= 0 && inputs.maximum <= 1 &&
         layer.streams.count() <= kMostPairStreams;
}

ColumnPairs pair_columns(const CimLayer& layer, const PackedPlanes& planes) {
  ColumnPairs pairs;
  pairs.pairs = ceil_div(planes.out_channels, 2);
  const auto column_planes = static_cast<std::int64_t>(planes.column_planes.size());
  pairs.tables = Tensor(
      DType::kU8, {planes.groups, planes.row_groups, pairs.pairs, column_planes, kTableEntries});
  pairs.negatives =
      Tensor(DType::kI32, {planes.groups, std::ssize(planes.tiles), pairs.pairs, column_planes, 2});
  constexpr std::int64_t kDigitsAtOnce = 1 << 14;
  const std::int64_t digits_of_pair = 2 * column_planes * layer.geometry.fan_in();
  parallel_for(0, planes.groups * pairs.pairs, ceil_div(kDigitsAtOnce, digits_of_pair),
               [&](std::int64_t begin, std::int64_t end) {
                 PairWriter writer(layer, planes, pairs);
                 for (std::int64_t pair = begin; pair < end; ++pair)
                   for (std::size_t plane = 0; plane < planes.column_planes.size(); ++plane)
                     writer.write(pair / pairs.pairs, pair % pairs.pairs, plane);
               });
  return pairs;
}

}  // namespace bitline
