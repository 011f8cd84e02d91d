// How often each partial sum occurs in every single column: what thresholds and a bias of its own
// are fitted to.
#pragma once

#include <cstdint>
#include <vector>

#include "bitline/kernels/convert_block.h"

namespace bitline {

/// Counts of all columns of a layer. A conversion of input stream j counts g_j²-fold, as its error
/// does in the output's square.
class ColumnHistogram {
 public:
  /// Throws Error where the counts would take more than kMostBytes.
  explicit ColumnHistogram(const CimLayer& layer);

  static constexpr std::int64_t kMostBytes = std::int64_t{300} << 20;

  /// Sums that the layer's very weights can give.
  const SumRange& sums() const { return sums_; }
  std::int64_t column_planes() const { return column_planes_; }
  std::int64_t channels() const { return channels_; }  ///< of all groups
  std::int64_t tiles() const { return tiles_; }
  /// A column's counts, from the smallest of sums() on; `plane` counts both halves of pairs that
  /// are subtracted digitally (LayerAdc::column_bias).
  std::vector<std::int64_t> of(std::int64_t plane, std::int64_t channel, std::int64_t tile) const;
  /// One without counts for the same layer.
  ColumnHistogram cleared() const;
  /// Throws Error when the layers' shapes differ, or a count no longer fits 32 bits.
  void add(const ColumnHistogram& other);

 private:
  friend class FusedLayer;

  /// [tiles, sums, 64] of a block.
  std::uint32_t* of_block(std::int64_t group, std::int64_t block) {
    return counts_.data() + (group * blocks_ + block) * tiles_ * bins_ * kBlockColumns;
  }

  SumRange sums_;
  std::int64_t bins_, blocks_, column_planes_, channels_, group_channels_, tiles_;
  std::vector<std::uint32_t> counts_;  // [groups, blocks, tiles, sums, lanes]
};

/// Counts what collect_block() (weighted_histogram.h) would take, lane by lane, g_j²-fold: `counts`
/// are [tiles, bins, 64], a sum's bin its distance from the table's origin.
void collect_columns(const BlockJob& job, std::int64_t position_lane, std::int64_t bins,
                     std::uint32_t* counts);

}  // namespace bitline
