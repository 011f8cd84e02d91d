// Counts sums that fit bytes two at a time: half as many steps for the same histogram.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "bitline/kernels/packed_planes.h"

namespace bitline {

/// Private to a thread. The sums of two neighbouring byte lanes make one index, and the table that
/// it counts in belongs to the two lanes' column planes; the histograms are its margins.
class PairCounter {
 public:
  /// For `parts` (tiles × streams) and at most `conversions`; none where the sums fit no byte, 32
  /// bits do not hold the counts, or the tables are too large to pay.
  static std::optional<PairCounter> make(const PackedPlanes& planes, std::size_t parts,
                                         std::int64_t conversions);

  /// Number of possible sums: the index of a pair is low + high · sums(), each counted from the
  /// smallest sum.
  std::int64_t sums() const { return sums_; }
  /// Pairs of a block's lanes from `first_lane` on.
  void add(std::int64_t block, std::size_t part, std::int64_t first_lane, std::int64_t count,
           const std::uint16_t* pairs) {
    const std::int64_t* offsets = offsets_.data() + (block * kBlockColumns + first_lane) / 2;
    std::uint32_t* counts = counts_.data() + static_cast<std::int64_t>(part) * part_size_;
    for (std::int64_t pair = 0; pair < count; ++pair) ++counts[offsets[pair] + pairs[pair]];
  }
  /// Calls add(column plane, sum − smallest sum, count) for all that a part counted. Lanes that
  /// hold no column are left out.
  template <typename Add>
  void for_each(std::size_t part, const Add& add) const;

 private:
  /// Column planes of the even and the odd lane; lanes without a column have one behind the last.
  using Planes = std::pair<std::int64_t, std::int64_t>;
  static std::vector<Planes> planes_of_pairs(const PackedPlanes& planes);

  explicit PairCounter(const PackedPlanes& planes);

  std::int64_t sums_;
  std::int64_t column_planes_;
  std::vector<Planes> classes_;
  std::int64_t part_size_ = 0;
  std::vector<std::int64_t> offsets_;  // [blocks, lanes / 2]: where the pair's table starts
  std::vector<std::uint32_t> counts_;  // [parts, classes, sums · sums]
};

template <typename Add>
void PairCounter::for_each(std::size_t part, const Add& add) const {
  const std::uint32_t* count = counts_.data() + static_cast<std::int64_t>(part) * part_size_;
  for (const auto& [even, odd] : classes_)
    for (std::int64_t high = 0; high < sums_; ++high)
      for (std::int64_t low = 0; low < sums_; ++low, ++count) {
        if (*count == 0) continue;
        if (even < column_planes_) add(even, low, *count);
        if (odd < column_planes_) add(odd, high, *count);
      }
}

}  // namespace bitline
