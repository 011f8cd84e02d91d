#include "bitline/kernels/packed_planes.h"

#include <algorithm>
#include <cstdlib>

#include "bitline/base/rational.h"
#include "bitline/mapping/column_sums.h"

namespace bitline {
namespace {

/// Cell digits of a layer as its columns hold them.
class ColumnDigits {
 public:
  explicit ColumnDigits(const CimLayer& layer)
      : digits_(layer.planes.digits.data<std::int8_t>()),
        out_channels_(layer.geometry.out_channels),
        fan_in_(layer.geometry.fan_in()),
        halves_(layer.subtract_digitally) {}

  int digit(const ColumnPlane& column, std::int64_t channel, std::int64_t row) const {
    const std::int64_t index = (column.plane * out_channels_ + channel) * fan_in_ + row;
    const int whole = digits_[static_cast<std::size_t>(index)];
    if (!halves_) return whole;
    return std::max(column.negative_half ? -whole : whole, 0);
  }

 private:
  std::span<const std::int8_t> digits_;
  std::int64_t out_channels_;
  std::int64_t fan_in_;
  bool halves_;
};

std::vector<ColumnPlane> column_planes_of(const CimLayer& layer) {
  std::vector<ColumnPlane> columns;
  for (std::int64_t plane = 0; plane < layer.planes.count(); ++plane) {
    const std::int64_t factor = layer.planes.weights[static_cast<std::size_t>(plane)];
    columns.push_back({plane, factor, false});
    if (layer.subtract_digitally) columns.push_back({plane, -factor, true});
  }
  return columns;
}

/// The bits that the layer's largest and smallest digits take.
std::vector<DigitBit> cell_bits_of(const CimLayer& layer, std::span<const std::int8_t> digits) {
  if (layer.array.encoding == Encoding::kBipolar) return {{1, false}};
  const auto [smallest, largest] = std::minmax_element(digits.begin(), digits.end());
  // The negative halves of pairs that are subtracted digitally hold positive digits.
  const int negative = std::max(-*smallest, 0);
  const int positive = std::max({+*largest, layer.subtract_digitally ? negative : 0, 0});
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

/// Writes one column of one tile.
class ColumnPacker {
 public:
  ColumnPacker(const CimLayer& layer, PackedPlanes& planes)
      : layer_(layer), digits_(layer), planes_(planes) {}

  void pack(std::int64_t group, std::int64_t column, std::size_t tile) {
    const std::int64_t source = column % planes_.columns();
    const auto& plane =
        planes_.column_planes[static_cast<std::size_t>(source / planes_.out_channels)];
    const std::int64_t channel = group * planes_.out_channels + source % planes_.out_channels;
    write_sign(layer_.planes.sign(plane.plane, channel, static_cast<std::int64_t>(tile)), group,
               column, tile);
    const Tile& rows = layer_.tiles[tile];
    for (std::size_t row = 0; row < rows.size(); ++row)
      write(digits_.digit(plane, channel, rows[row]), group, column, tile,
            static_cast<std::int64_t>(row));
  }

 private:
  void write_sign(std::int64_t sign, std::int64_t group, std::int64_t column, std::size_t tile) {
    if (!planes_.has_flips()) return;
    const std::int64_t place = planes_.sign_offset_of(group, column / kBlockColumns, tile) +
                               lane_of_column(column % kBlockColumns);
    planes_.signs.data<std::int8_t>()[static_cast<std::size_t>(place)] =
        static_cast<std::int8_t>(sign);
  }

  void write(int digit, std::int64_t group, std::int64_t column, std::size_t tile,
             std::int64_t row) {
    const std::int64_t start = planes_.offset_of(group, column / kBlockColumns, tile);
    const std::int64_t lane = lane_of_column(column % kBlockColumns);
    if (planes_.has_digits()) {
      const std::int64_t place =
          (row / kRowsPerGroup * kBlockColumns + digit_group_of_lane(lane)) * kRowsPerGroup +
          row % kRowsPerGroup;
      const std::int64_t first = planes_.digit_offset_of(group, column / kBlockColumns, tile);
      planes_.digits.data<std::int8_t>()[static_cast<std::size_t>(first + place)] =
          static_cast<std::int8_t>(digit);
    }
    auto bytes = planes_.bits.data<std::uint8_t>();
    for (std::size_t bit = 0; bit < planes_.cell_bits.size(); ++bit) {
      if (!has_bit(digit, planes_.cell_bits[bit], planes_.digit_base)) continue;
      const std::int64_t byte =
          static_cast<std::int64_t>(bit) * planes_.tiles[tile].bytes + row / 8;
      bytes[static_cast<std::size_t>(start + byte * kBlockColumns + lane)] |=
          static_cast<std::uint8_t>(1 << row % 8);
    }
  }

  const CimLayer& layer_;
  ColumnDigits digits_;
  PackedPlanes& planes_;
};

/// Whether dot products of whole digits take fewer steps than their bits one by one. Inputs have to
/// be unsigned for them.
bool dot_products_pay(const CimLayer& layer, std::size_t cell_bits) {
  if (layer.streams.range().minimum < 0) return false;
  return static_cast<std::int64_t>(cell_bits) * layer.streams.dac_bits >= 3;
}

}  // namespace

PackedPlanes pack_planes(const CimLayer& layer, KeepDigits keep) {
  PackedPlanes planes;
  planes.groups = layer.geometry.groups;
  planes.out_channels = layer.geometry.out_channels / layer.geometry.groups;
  planes.column_planes = column_planes_of(layer);
  planes.runs = runs_of(planes);
  planes.cell_bits = cell_bits_of(layer, layer.planes.digits.data<std::int8_t>());
  planes.sums = column_sums(layer);
  planes.digit_base = layer.array.encoding == Encoding::kBipolar ? -1 : 0;
  planes.tiles = packed_tiles(layer.tiles);
  planes.row_bytes = planes.tiles.back().first_byte + planes.tiles.back().bytes;
  planes.bits =
      Tensor(DType::kU8, {planes.groups, planes.blocks(), planes.row_bytes,
                          static_cast<std::int64_t>(planes.cell_bits.size()), kBlockColumns});
  planes.row_groups = planes.tiles.back().first_group + planes.tiles.back().groups;
  if (keep == KeepDigits::kAlways || dot_products_pay(layer, planes.cell_bits.size()))
    planes.digits = Tensor(DType::kI8, {planes.groups, planes.blocks(), planes.row_groups,
                                        kBlockColumns, kRowsPerGroup});
  if (layer.planes.has_flips())
    planes.signs = Tensor(
        DType::kI8, {planes.groups, planes.blocks(), std::ssize(planes.tiles), kBlockColumns});
  ColumnPacker packer(layer, planes);
  for (std::int64_t group = 0; group < planes.groups; ++group)
    for (std::int64_t column = 0; column < planes.blocks() * kBlockColumns; ++column)
      for (std::size_t tile = 0; tile < planes.tiles.size(); ++tile)
        packer.pack(group, column, tile);
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
