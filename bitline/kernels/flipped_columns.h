// What flipped columns add to an output beside their signed values.
#pragma once

#include <cstdint>
#include <vector>

#include "bitline/kernels/packed_inputs.h"

namespace bitline {

/// The part of equation (6) that an unflipped layer does not have. May be used by several threads
/// at once.
class FlippedColumns {
 public:
  explicit FlippedColumns(const CimLayer& layer);

  /// Whether digit sums are needed, since some columns may be complemented.
  bool has_complements() const { return !complement_weights_.empty(); }
  /// Σ_t Σ_i c_i over the flipped columns of an output channel.
  std::int64_t factor_sum(std::int64_t channel) const {
    return factor_sums_[static_cast<std::size_t>(channel)];
  }
  /// Σ_{r ∈ t} A_r, [lanes, tiles]: what complement() takes. Nothing without complements.
  void sum_tiles(const PackedInputs& inputs, std::vector<std::int64_t>& tile_sums) const;
  /// Σ_t F_t Σ_{r ∈ t} A_r of an output channel, from a lane's tile sums.
  std::int64_t complement(std::int64_t channel, const std::vector<std::int64_t>& tile_sums,
                          std::int64_t lane) const;

 private:
  std::vector<std::int64_t> stream_weights_;
  std::size_t tiles_;
  std::vector<std::int64_t> factor_sums_;         // [out_channels]
  std::vector<std::int64_t> complement_weights_;  // F, [out_channels, tiles]
};

}  // namespace bitline
