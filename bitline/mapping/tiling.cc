#include "bitline/mapping/tiling.h"

#include <numeric>

#include "bitline/base/fail.h"
#include "bitline/base/rational.h"

namespace bitline {
namespace {

/// Fan-in indices (c, y, x) in the order in which they go along the rows.
std::vector<std::int64_t> ordered_fan_in(const ConvGeometry& geometry, RowOrder order) {
  std::vector<std::int64_t> indices(static_cast<std::size_t>(geometry.fan_in()));
  std::iota(indices.begin(), indices.end(), 0);
  if (order != RowOrder::kKernelMajor) return indices;
  const std::int64_t kernel = geometry.kernel_height * geometry.kernel_width;
  const std::int64_t channels = geometry.in_channels / geometry.groups;
  for (std::size_t row = 0; row < indices.size(); ++row) {
    const auto position = static_cast<std::int64_t>(row) / channels;  // y · k_w + x
    const auto channel = static_cast<std::int64_t>(row) % channels;
    indices[row] = channel * kernel + position;
  }
  return indices;
}

/// Lengths of the ⌈total / most⌉ pieces: as long as possible, or as equal as possible.
std::vector<std::int64_t> piece_lengths(std::int64_t total, std::int64_t most, TileCut cut) {
  const std::int64_t count = ceil_div(total, most);
  std::vector<std::int64_t> lengths;
  for (std::int64_t piece = 0; piece < count; ++piece) {
    const std::int64_t full = piece + 1 < count ? most : total - most * (count - 1);
    const std::int64_t balanced = total / count + (piece < total % count ? 1 : 0);
    lengths.push_back(cut == TileCut::kFull ? full : balanced);
  }
  return lengths;
}

}  // namespace

std::vector<Tile> cut_tiles(const ConvGeometry& geometry, const ArraySpec& array) {
  const bool whole = array.row_order == RowOrder::kWholeChannels;
  const std::int64_t unit = whole ? geometry.kernel_height * geometry.kernel_width : 1;
  if (array.weight_rows() < unit)
    fail_usage(
        "{} rows are fewer than the {} of a {} x {} kernel under row_order = whole-channels; "
        "drive at least {} rows or take another row order",
        array.weight_rows(), unit, geometry.kernel_height, geometry.kernel_width, unit);
  const std::vector<std::int64_t> indices = ordered_fan_in(geometry, array.row_order);
  std::vector<Tile> tiles;
  auto begin = indices.begin();
  for (const std::int64_t units :
       piece_lengths(geometry.fan_in() / unit, array.weight_rows() / unit, array.tile_cut)) {
    tiles.emplace_back(begin, begin + units * unit);
    begin += units * unit;
  }
  return tiles;
}

}  // namespace bitline
