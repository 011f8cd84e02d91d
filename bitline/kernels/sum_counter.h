// Counts partial sums as the fused kernel meets them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "bitline/kernels/lane_counter.h"
#include "bitline/kernels/layer_histogram.h"
#include "bitline/kernels/packed_planes.h"

namespace bitline {

/// Private to a thread. Lanes that hold no column count into a bin that nobody reads, so that
/// counting needs no branch; neighbouring lanes count into different copies, so that equal sums do
/// not wait for each other.
class SumCounter {
 public:
  /// Will count at most that many conversions.
  SumCounter(const PackedPlanes& planes, std::size_t streams, bool by_tile,
             std::int64_t conversions);

  /// Sums of a block's lanes first_lane … first_lane + count − 1, as p − origin or as p itself
  /// (origin 0).
  template <typename T>
  void add(std::int64_t block, std::size_t tile, std::size_t stream, std::int64_t first_lane,
           std::int64_t count, std::int64_t origin, const T* sums) {
    const std::int64_t* lanes = lane_bins_.data() + block * kBlockColumns + first_lane;
    std::int64_t* counts = counts_.data() + part_offset(tile, stream) + (origin - sums_.minimum);
    for (std::int64_t lane = 0; lane < count; ++lane) ++counts[lanes[lane] + sums[lane]];
  }
  /// Counts byte sums faster, where there is one.
  LaneCounter* lanes() { return lanes_ ? &*lanes_ : nullptr; }
  /// At `positions` positions, every column of a group summed to 0.
  void add_zeros(std::size_t tile, std::size_t stream, std::int64_t positions) {
    zeros_[part(tile, stream)] += positions;
  }
  void add_to(LayerHistogram& histogram) const;

  /// Which of the counts are a stream's.
  std::size_t part(std::size_t tile, std::size_t stream) const {
    return (by_tile_ ? tile : 0) * streams_ + stream;
  }

 private:
  static constexpr std::int64_t kCopies = 4;

  void add_lanes_to(LayerHistogram& histogram, std::size_t tile, std::size_t stream) const;

  std::int64_t part_offset(std::size_t tile, std::size_t stream) const {
    return static_cast<std::int64_t>(part(tile, stream)) * part_size_;
  }

  SumRange sums_;
  std::vector<ColumnPlane> column_planes_;
  std::int64_t out_channels_;
  std::size_t tiles_, streams_;
  bool by_tile_;
  std::int64_t bins_;
  std::int64_t part_size_;
  std::vector<std::int64_t> lane_bins_;  // [blocks, lanes]: where the lane's bins start in a part
  std::vector<std::int64_t> counts_;     // [tiles, streams, column planes + 1, copies, bins]
  std::vector<std::int64_t> zeros_;      // [tiles, streams]
  std::optional<LaneCounter> lanes_;
};

}  // namespace bitline
