#include "bitline/kernels/packed_planes.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "bitline/base/parallel.h"
#include "bitline/base/rational.h"
#include "bitline/mapping/cell_digits.h"
#include "bitline/mapping/column_sums.h"

namespace bitline {
namespace {

std::vector<ColumnPlane> column_planes_of(const CimLayer& layer) {
  std::vector<ColumnPlane> columns;
  for (std::int64_t plane = 0; plane < layer.planes.count(); ++plane) {
    const std::int64_t factor = layer.planes.weights[static_cast<std::size_t>(plane)];
    columns.push_back({plane, factor, false});
    if (layer.subtract_digitally) columns.push_back({plane, -factor, true});
  }
  return columns;
}

/// Of all cells of the layer.
DigitRange digit_range(const CimLayer& layer) {
  CellDigits cells(layer);
  int smallest = 0;
  int largest = 0;
  for (std::int64_t plane = 0; plane < layer.planes.count(); ++plane)
    for (std::int64_t channel = 0; channel < layer.geometry.out_channels; ++channel)
      for (const int digit : cells.column(plane, channel)) {
        smallest = std::min(smallest, digit);
        largest = std::max(largest, digit);
      }
  return {smallest, largest};
}

/// The bits that the layer's largest and smallest digits take.
std::vector<DigitBit> cell_bits_of(const CimLayer& layer) {
  if (layer.array.encoding->is_binary) return {{1, false}};
  const DigitRange range = digit_range(layer);
  // The negative halves of pairs that are subtracted digitally hold positive digits.
  const auto negative = static_cast<int>(-range.minimum);
  const int positive =
      std::max(static_cast<int>(range.maximum), layer.subtract_digitally ? negative : 0);
  std::vector<DigitBit> bits;
  for (int shift = 0; positive >> shift != 0; ++shift) bits.push_back({shift, false});
  if (layer.subtract_digitally) return bits;
  for (int shift = 0; negative >> shift != 0; ++shift) bits.push_back({shift, true});
  return bits;
}

std::vector<std::vector<ColumnRun>> runs_of(const PackedPlanes& planes) {
  std::vector<std::vector<ColumnRun>> runs(static_cast<std::size_t>(planes.blocks()));
  for (std::int64_t column = 0; column < planes.columns();) {
    const std::int64_t plane = column / planes.out_channels;
    const std::int64_t block = column / kBlockColumns;
    const std::int64_t end =
        std::min((block + 1) * kBlockColumns, (plane + 1) * planes.out_channels);
    runs[static_cast<std::size_t>(block)].push_back(
        {column % kBlockColumns, end - column, column % planes.out_channels,
         static_cast<std::int32_t>(planes.column_planes[static_cast<std::size_t>(plane)].factor)});
    column = end;
  }
  return runs;
}

std::vector<PackedTile> packed_tiles(const std::vector<Tile>& tiles) {
  std::vector<PackedTile> packed;
  std::int64_t byte = 0;
  std::int64_t group = 0;
  for (const Tile& tile : tiles) {
    packed.push_back(
        {byte, ceil_div(std::ssize(tile), 8), group, ceil_div(std::ssize(tile), kRowsPerGroup)});
    byte += packed.back().bytes;
    group += packed.back().groups;
  }
  return packed;
}

/// Whether the digit's representation holds this bit.
bool has_bit(int digit, const DigitBit& bit, std::int64_t digit_base) {
  if (digit_base != 0) return digit > 0;
  if ((digit < 0) != bit.negative) return false;
  return (std::abs(digit) >> bit.shift & 1) != 0;
}

/// For every digit, at its value as a byte: those of the cell bits that it holds, as a mask.
/// Digits are bytes with a sign, so there are 15 bits at most.
std::array<std::uint16_t, 256> masks_of_digits(const PackedPlanes& planes) {
  std::array<std::uint16_t, 256> masks{};
  for (int digit = -128; digit < 128; ++digit)
    for (std::size_t bit = 0; bit < planes.cell_bits.size(); ++bit)
      if (has_bit(digit, planes.cell_bits[bit], planes.digit_base))
        masks[static_cast<std::uint8_t>(digit)] |= static_cast<std::uint16_t>(1U << bit);
  return masks;
}

/// The lowest bits of eight bytes, the first byte's lowest. The factor moves that of byte r from
/// 8r to 56 + r.
std::uint8_t lowest_bits(std::uint64_t bytes) {
  return static_cast<std::uint8_t>((bytes & 0x0101010101010101U) * 0x0102040810204080U >> 56);
}

/// Writes one column of one tile.
class ColumnPacker {
 public:
  ColumnPacker(const CimLayer& layer, PackedPlanes& planes)
      : layer_(layer),
        planes_(planes),
        masks_(masks_of_digits(planes)),
        cells_(layer),
        bits_(planes.bits.data<std::uint8_t>()) {}

  void pack(std::int64_t group, std::int64_t column, std::size_t tile) {
    const std::int64_t source = column % planes_.columns();
    const ColumnPlane& plane =
        planes_.column_planes[static_cast<std::size_t>(source / planes_.out_channels)];
    const std::int64_t channel = group * planes_.out_channels + source % planes_.out_channels;
    const Lane lane{group, column / kBlockColumns, lane_of_column(column % kBlockColumns), tile};
    take_digits(plane, channel, layer_.tiles[tile]);
    write_bits(lane);
    if (planes_.has_digits()) write_digits(lane);
    if (planes_.has_flips())
      planes_.signs.data<std::int8_t>()[static_cast<std::size_t>(
          planes_.sign_offset_of(group, lane.block, tile) + lane.lane)] =
          static_cast<std::int8_t>(
              layer_.planes.sign(plane.plane, channel, static_cast<std::int64_t>(tile)));
  }

 private:
  /// Where a column goes.
  struct Lane {
    std::int64_t group = 0;
    std::int64_t block = 0;
    std::int64_t lane = 0;
    std::size_t tile = 0;
  };

  /// digits_: of the tile's rows, as the column's cells hold them.
  void take_digits(const ColumnPlane& column, std::int64_t channel, const Tile& rows) {
    const std::span<const std::int8_t> own = cells_.column(column.plane, channel);
    digits_.clear();
    for (const std::int64_t row : rows) {
      const int whole = own[static_cast<std::size_t>(row)];
      const int half = std::max(column.negative_half ? -whole : whole, 0);
      digits_.push_back(static_cast<std::int8_t>(layer_.subtract_digitally ? half : whole));
    }
  }

  void write_bits(const Lane& lane) {
    const std::int64_t start = planes_.offset_of(lane.group, lane.block, lane.tile) + lane.lane;
    const std::int64_t stride = planes_.tiles[lane.tile].bytes * kBlockColumns;
    for (std::size_t first = 0; first < digits_.size(); first += 8) {
      std::array<std::uint64_t, 2> masks{};  // a byte for each row: of bits 0 … 7, of 8 … 15
      for (std::size_t i = 0; i < std::min<std::size_t>(8, digits_.size() - first); ++i) {
        const std::uint64_t mask = masks_[static_cast<std::uint8_t>(digits_[first + i])];
        masks[0] |= (mask & 0xFF) << 8 * i;
        masks[1] |= (mask >> 8) << 8 * i;
      }
      std::int64_t at = start + static_cast<std::int64_t>(first / 8) * kBlockColumns;
      for (std::size_t bit = 0; bit < planes_.cell_bits.size(); ++bit, at += stride)
        bits_[static_cast<std::size_t>(at)] = lowest_bits(masks[bit / 8] >> bit % 8);
    }
  }

  void write_digits(const Lane& lane) {
    const auto digits = planes_.digits.data<std::int8_t>().subspan(
        static_cast<std::size_t>(planes_.digit_offset_of(lane.group, lane.block, lane.tile) +
                                 digit_group_of_lane(lane.lane) * kRowsPerGroup));
    for (std::size_t row = 0; row < digits_.size(); ++row)
      digits[row / kRowsPerGroup * kBlockColumns * kRowsPerGroup + row % kRowsPerGroup] =
          digits_[row];
  }

  const CimLayer& layer_;
  PackedPlanes& planes_;
  std::array<std::uint16_t, 256> masks_;
  CellDigits cells_;
  std::span<std::uint8_t> bits_;
  std::vector<std::int8_t> digits_;  // scratch of pack()
};

constexpr int kCodeBits = 8;

/// Whether dot products of whole digits take fewer steps than their bits one by one. Inputs have to
/// be unsigned for them, and their codes fit a byte (pack_digits()).
bool dot_products_pay(const CimLayer& layer, std::size_t cell_bits) {
  if (layer.streams.range().minimum < 0 || layer.streams.bits > kCodeBits) return false;
  return static_cast<std::int64_t>(cell_bits) * layer.streams.dac_bits >= 3;
}

}  // namespace

PackedPlanes pack_planes(const CimLayer& layer) {
  PackedPlanes planes;
  planes.groups = layer.geometry.groups;
  planes.out_channels = layer.geometry.out_channels / layer.geometry.groups;
  planes.column_planes = column_planes_of(layer);
  planes.runs = runs_of(planes);
  planes.cell_bits = cell_bits_of(layer);
  planes.sums = column_sums(layer);
  planes.digit_base = layer.array.encoding->is_binary ? -1 : 0;
  planes.tiles = packed_tiles(layer.tiles);
  planes.row_bytes = planes.tiles.back().first_byte + planes.tiles.back().bytes;
  planes.bits =
      Tensor(DType::kU8, {planes.groups, planes.blocks(), planes.row_bytes,
                          static_cast<std::int64_t>(planes.cell_bits.size()), kBlockColumns});
  planes.row_groups = planes.tiles.back().first_group + planes.tiles.back().groups;
  if (dot_products_pay(layer, planes.cell_bits.size()))
    planes.digits = Tensor(DType::kI8, {planes.groups, planes.blocks(), planes.row_groups,
                                        kBlockColumns, kRowsPerGroup});
  if (layer.planes.has_flips())
    planes.signs = Tensor(
        DType::kI8, {planes.groups, planes.blocks(), std::ssize(planes.tiles), kBlockColumns});
  constexpr std::int64_t kDigitsAtOnce = 1 << 14;
  const std::int64_t columns = planes.blocks() * kBlockColumns;  // of a group
  parallel_for(0, planes.groups * columns, ceil_div(kDigitsAtOnce, layer.geometry.fan_in()),
               [&](std::int64_t begin, std::int64_t end) {
                 ColumnPacker packer(layer, planes);
                 for (std::int64_t column = begin; column < end; ++column)
                   for (std::size_t tile = 0; tile < planes.tiles.size(); ++tile)
                     packer.pack(column / columns, column % columns, tile);
               });
  return planes;
}

std::vector<std::int64_t> columns_of_lanes(const PackedPlanes& planes) {
  std::vector<std::int64_t> columns(static_cast<std::size_t>(planes.blocks() * kBlockColumns), -1);
  for (std::int64_t column = 0; column < planes.columns(); ++column) {
    const std::int64_t first = column / kBlockColumns * kBlockColumns;
    columns[static_cast<std::size_t>(first + lane_of_column(column % kBlockColumns))] = column;
  }
  return columns;
}

}  // namespace bitline
