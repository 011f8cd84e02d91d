// Which input streams go through the same table.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bitline/kernels/convert_block.h"
#include "bitline/kernels/layer_adc.h"

namespace bitline {

/// Input streams that are converted together.
struct StreamGroup {
  std::vector<StreamProducts> streams;
  std::vector<PreparedTable> tables;  ///< whose values add up (prepare_tables)

  /// Σ_j g_j.
  std::int64_t weight_sum() const;
};

/// A layer's streams in groups of equal tables, for the sums that ADCs see: a single group where
/// all share one.
std::vector<StreamGroup> stream_groups(const LayerAdc& adc, const SumRange& sums,
                                       const PackedPlanes& planes,
                                       const std::vector<StreamProducts>& streams);

/// The streams in the fewest sets, each of which has equal tables within every one of `adcs`.
std::vector<std::vector<StreamProducts>> streams_of_equal_tables(
    std::span<const LayerAdc> adcs, const std::vector<StreamProducts>& streams);

/// Neighbouring streams of a list whose weights double from one to the next, so that bytes hold the
/// sum of their multiples over the first one's weight.
struct StreamRun {
  std::int64_t first = 0;  ///< its place in the list
  std::int64_t count = 1;
  std::int64_t weight = 1;  ///< g_j of the first one
};

/// Those of a list, for multiples of at most `most`.
std::vector<StreamRun> stream_runs(const std::vector<StreamProducts>& streams, std::int64_t most);

}  // namespace bitline
