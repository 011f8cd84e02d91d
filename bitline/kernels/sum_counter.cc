#include "bitline/kernels/sum_counter.h"

#include <limits>

namespace bitline {

SumCounter::SumCounter(const PackedPlanes& planes, std::size_t streams, bool by_tile,
                       std::int64_t conversions)
    : sums_(planes.sums),
      column_planes_(planes.column_planes),
      out_channels_(planes.out_channels),
      tiles_(by_tile ? planes.tiles.size() : 1),
      streams_(streams),
      by_tile_(by_tile),
      bins_(planes.sums.maximum - planes.sums.minimum + 1) {
  const auto column_planes = static_cast<std::int64_t>(column_planes_.size());
  part_size_ = (column_planes + 1) * kCopies * bins_;
  counts_.assign(tiles_ * streams_ * static_cast<std::size_t>(part_size_), 0);
  zeros_.assign(tiles_ * streams_, 0);
  if (bins_ <= 256 && conversions <= std::numeric_limits<std::uint32_t>::max())
    lanes_ = LaneCounter::make(planes, tiles_ * streams_);
  const std::vector<std::int64_t> columns = columns_of_lanes(planes);
  for (std::size_t lane = 0; lane < columns.size(); ++lane) {
    const std::int64_t plane = columns[lane] < 0 ? column_planes : columns[lane] / out_channels_;
    lane_bins_.push_back((plane * kCopies + static_cast<std::int64_t>(lane) % kCopies) * bins_);
  }
}

void SumCounter::add_to(LayerHistogram& histogram) const {
  for (std::size_t tile = 0; tile < tiles_; ++tile)
    for (std::size_t stream = 0; stream < streams_; ++stream) {
      auto count = counts_.begin() + part_offset(tile, stream);
      for (const ColumnPlane& plane : column_planes_) {
        Histogram& bins = histogram.of(plane.plane, static_cast<std::int64_t>(stream),
                                       static_cast<std::int64_t>(tile));
        bins.add(0, zeros_[part(tile, stream)] * out_channels_);
        for (std::int64_t copy = 0; copy < kCopies; ++copy)
          for (std::int64_t p = sums_.minimum; p <= sums_.maximum; ++p, ++count)
            if (*count != 0) bins.add(p, *count);
      }
      if (lanes_) add_lanes_to(histogram, tile, stream);
    }
}

void SumCounter::add_lanes_to(LayerHistogram& histogram, std::size_t tile,
                              std::size_t stream) const {
  lanes_->for_each(part(tile, stream),
                   [&](std::int64_t plane, std::int64_t sum, std::int64_t count) {
                     histogram
                         .of(column_planes_[static_cast<std::size_t>(plane)].plane,
                             static_cast<std::int64_t>(stream), static_cast<std::int64_t>(tile))
                         .add(sums_.minimum + sum, count);
                   });
}

}  // namespace bitline
