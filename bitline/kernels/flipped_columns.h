// What flipped columns add to an output beside their signed values.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bitline/kernels/packed_inputs.h"

namespace bitline {

/// The part of equation (6) that layers without flips do not have; of those, it holds nothing. May
/// be used by several threads at once.
class FlippedColumns {
 public:
  explicit FlippedColumns(const CimLayer& layer);

  /// Whether digit sums are needed, since some columns may be complemented.
  bool has_complements() const { return !complement_weights_.empty(); }
  /// Σ_t Σ_i c_i over the flipped columns of an output channel.
  std::int64_t factor_sum(std::int64_t channel) const {
    return factor_sums_[static_cast<std::size_t>(channel)];
  }
  /// Σ_{r ∈ t} A_r, [tiles, lanes], of the inputs packed last. Nothing without complements.
  void sum_tiles(const PackedInputs& inputs, std::vector<std::int64_t>& tile_sums) const;
  /// Adds factor · Σ_t F_t Σ_{r ∈ t} A_r of an output channel to its `outputs` at the positions in
  /// lanes first_lane …
  void add_complements(std::int64_t channel, std::int64_t factor,
                       const std::vector<std::int64_t>& tile_sums, std::int64_t first_lane,
                       std::span<std::int64_t> outputs) const;

 private:
  std::vector<std::int64_t> stream_weights_;
  std::size_t tiles_;
  std::vector<std::int64_t> factor_sums_;         // [out_channels]
  std::vector<std::int64_t> complement_weights_;  // F, [out_channels, tiles]
};

}  // namespace bitline
