// Counts sums that fit bytes many positions at a time: as often as a value occurs, all lanes are
// compared with it at once.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "bitline/kernels/packed_planes.h"

namespace bitline {

/// Private to a thread. Each byte lane has a histogram of its own; blocks whose lanes belong to the
/// same column planes share theirs.
class LaneCounter {
 public:
  /// Positions that are counted together: a byte holds what a lane can count.
  static constexpr std::int64_t kMostPositions = 128;
  /// Positions whose bits are added before a byte counts them.
  static constexpr std::int64_t kPositionsAtOnce = 16;
  /// Values that are counted together.
  static constexpr int kValuesAtOnce = 8;

  /// For `parts` (tiles × streams) of sums that fit bytes; none where its counts would be too many
  /// for the caches.
  static std::optional<LaneCounter> make(const PackedPlanes& planes, std::size_t parts);

  /// Counts by sum, from the smallest one on, and lane: [sums, 64]. A count is the sum of both.
  struct Counts {
    std::uint32_t* all;
    std::uint8_t* bytes;                  ///< of the last positions, aligned to 64 bytes
    std::int64_t positions_in_bytes = 0;  ///< at most 255, so that no byte overflows
  };
  Counts& counts(std::size_t part, std::int64_t block) {
    const auto layout = static_cast<std::size_t>(layout_of_block_[static_cast<std::size_t>(block)]);
    return counts_[part * layouts_.size() + layout];
  }
  std::int64_t sums() const { return sums_; }
  /// Calls add(column plane, sum − smallest sum, count) for all that a part counted. Lanes that
  /// hold no column are left out.
  template <typename Add>
  void for_each(std::size_t part, const Add& add) const;

  /// Sums that wait to be counted, [positions, lanes of a vector], aligned to 64 bytes.
  std::uint8_t* waiting() const { return waiting_; }
  std::int64_t waiting_positions = 0;

 private:
  using Layout = std::vector<std::int64_t>;  // column plane of each lane; −1 for none

  explicit LaneCounter(const PackedPlanes& planes);

  std::int64_t sums_;
  std::vector<Layout> layouts_;
  std::vector<std::int64_t> layout_of_block_;
  std::vector<std::uint32_t> all_;  // [parts, layouts, sums, lanes]
  Tensor bytes_;                    // U8, likewise
  std::vector<Counts> counts_;      // [parts, layouts], in all_ and bytes_
  Tensor buffer_;
  std::uint8_t* waiting_;  // in buffer_, where it stays
};

template <typename Add>
void LaneCounter::for_each(std::size_t part, const Add& add) const {
  for (std::size_t layout = 0; layout < layouts_.size(); ++layout) {
    const Counts& counts = counts_[part * layouts_.size() + layout];
    for (std::int64_t i = 0; i < sums_ * kBlockColumns; ++i) {
      const std::int64_t plane = layouts_[layout][static_cast<std::size_t>(i % kBlockColumns)];
      const std::int64_t count = std::int64_t{counts.all[i]} + counts.bytes[i];
      if (count != 0 && plane >= 0) add(plane, i / kBlockColumns, count);
    }
  }
}

}  // namespace bitline
