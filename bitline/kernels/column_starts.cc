#include "bitline/kernels/column_starts.h"

#include <algorithm>
#include <numeric>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

/// Σ_t s c_i h of one column plane and channel, whose first h is `bias`.
std::int64_t weighted_bias(const PackedPlanes& planes, std::int64_t group, std::int64_t column,
                           const std::int32_t* bias) {
  std::int64_t sum = 0;
  const std::int64_t lane = lane_of_column(column % kBlockColumns);
  for (std::size_t tile = 0; tile < planes.tiles.size(); ++tile) {
    const std::int8_t* signs = planes.signs_of(group, column / kBlockColumns, tile);
    sum += (signs == nullptr ? 1 : signs[lane]) * std::int64_t{bias[tile]};
  }
  return sum * planes.column_planes[static_cast<std::size_t>(column / planes.out_channels)].factor;
}

}  // namespace

ColumnStarts column_starts(const LayerAdc& adc, const PackedPlanes& planes,
                           const std::vector<std::int64_t>& stream_weights) {
  ColumnStarts starts{planes.sums, Tensor(DType::kI32, {0}), {}};
  if (adc.column_bias.empty()) return starts;
  const auto tiles = std::ssize(planes.tiles);
  const std::int64_t channels = planes.groups * planes.out_channels;
  BITLINE_CHECK_EQ(std::ssize(adc.column_bias),
                   std::ssize(planes.column_planes) * channels * tiles);
  const auto [least, most] = std::ranges::minmax(adc.column_bias);
  starts.sums.minimum = std::min<std::int64_t>(planes.sums.minimum + least, 0);
  starts.sums.maximum = std::max<std::int64_t>(planes.sums.maximum + most, 0);
  starts.lanes = Tensor(DType::kI32, {planes.groups, planes.blocks(), tiles, kBlockColumns});
  starts.constants.assign(static_cast<std::size_t>(channels), 0);
  const std::int64_t streams =
      std::accumulate(stream_weights.begin(), stream_weights.end(), std::int64_t{0});
  const auto lanes = starts.lanes.data<std::int32_t>();
  for (std::int64_t group = 0; group < planes.groups; ++group)
    for (std::int64_t at = 0; at < planes.blocks() * kBlockColumns; ++at) {
      const std::int64_t column = at % planes.columns();  // what is left of a block repeats them
      const std::int64_t channel = group * planes.out_channels + column % planes.out_channels;
      const std::int64_t plane = column / planes.out_channels;
      const std::int32_t* bias = adc.column_bias.data() + (plane * channels + channel) * tiles;
      const std::int64_t lane =
          planes.sign_offset_of(group, at / kBlockColumns, 0) + lane_of_column(at % kBlockColumns);
      for (std::int64_t tile = 0; tile < tiles; ++tile)
        lanes[static_cast<std::size_t>(lane + tile * kBlockColumns)] = bias[tile];
      if (at == column)
        starts.constants[static_cast<std::size_t>(channel)] +=
            streams * weighted_bias(planes, group, column, bias);
    }
  return starts;
}

}  // namespace bitline
