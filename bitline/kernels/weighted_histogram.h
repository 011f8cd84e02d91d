// What a layer's outputs are under any ADC, known before the ADC is: equation (16) of
// docs/arithmetic.md.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bitline/adc/code_table.h"
#include "bitline/kernels/convert_block.h"

namespace bitline {

/// H[p] of all output channels of a group at one position: the sum of s c_i g_j over the
/// conversions that read p (p + h, where columns have a bias). Private to a thread.
class WeightedHistogram {
 public:
  /// The most possible sums for which counting beats converting again.
  static constexpr std::int64_t kMostSums = 2048;

  /// `sums`: all that is read.
  WeightedHistogram(const PackedPlanes& planes, const SumRange& sums);

  void clear();
  /// One conversion of each lane of a block, read as p = index + origin; `signs` [lanes] may be
  /// null.
  template <typename T>
  void add(std::int64_t block, std::int32_t stream_weight, const std::int8_t* signs,
           const T* indices) {
    const auto add_lanes = [&, lanes = lanes_.data() + block * kBlockColumns,
                            counts = counts_.data()](const auto& weight_of) {
      for (std::int64_t lane = 0; lane < kBlockColumns; ++lane)
        counts[indices[lane] * pitch_ + lanes[lane].channel] +=
            weight_of(lane) * lanes[lane].factor;
    };
    if (signs == nullptr)
      add_lanes([=](std::int64_t) { return stream_weight; });
    else
      add_lanes([=](std::int64_t lane) { return stream_weight * signs[lane]; });
  }
  /// `weight` (Σ c_i g_j) conversions of every channel that read 0.
  void add_zeros(std::int32_t weight);
  /// From H[p] to Σ_{q ≥ p} H[q]: then weighted_values() may be asked.
  void sum_up();

  /// Σ_p H[p] values[code(p)] of each channel, [channels], for a table that takes the value 0 below
  /// all `changes`. 32 bits have to hold every part of it.
  void weighted_values(std::span<const ValueChange> changes, std::int32_t* sums) const;

 private:
  struct Target {
    std::int32_t channel = 0;  ///< lanes without a column count into one that nobody reads
    std::int32_t factor = 0;
  };

  std::int64_t origin_;
  std::int64_t last_;  ///< index of the largest sum
  std::int64_t channels_;
  std::int64_t pitch_;  ///< from a sum to the next: the channels and one for lanes without a column
  std::vector<Target> lanes_;         // [blocks, lanes]
  std::vector<std::int32_t> counts_;  // [sums, pitch]
};

/// Adds the conversions of a job's block at the position in lane `position_lane`, those of inactive
/// streams left out. Of the job, only planes, streams, inputs, group, block and the table's origin
/// and byte_sums are read.
void collect_block(const BlockJob& job, std::int64_t position_lane, WeightedHistogram& histogram);

}  // namespace bitline
