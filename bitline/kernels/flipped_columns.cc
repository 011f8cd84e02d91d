#include "bitline/kernels/flipped_columns.h"

namespace bitline {

FlippedColumns::FlippedColumns(const CimLayer& layer)
    : stream_weights_(layer.streams.weights), tiles_(layer.tiles.size()) {
  const WeightPlanes& planes = layer.planes;
  if (!planes.has_flips()) return;
  for (std::int64_t channel = 0; channel < layer.geometry.out_channels; ++channel) {
    factor_sums_.push_back(0);
    for (std::int64_t tile = 0; tile < std::ssize(layer.tiles); ++tile) {
      for (std::int64_t plane = 0; plane < planes.count(); ++plane)
        if (planes.sign(plane, channel, tile) < 0)
          factor_sums_.back() += planes.weights[static_cast<std::size_t>(plane)];
      if (planes.has_complements())
        complement_weights_.push_back(planes.complement_weight(channel, tile));
    }
  }
}

void FlippedColumns::sum_tiles(const PackedInputs& inputs,
                               std::vector<std::int64_t>& tile_sums) const {
  if (!has_complements()) return;
  const auto lanes = static_cast<std::size_t>(inputs.lanes);
  tile_sums.assign(tiles_ * lanes, 0);
  const auto digit_sums = inputs.digit_sums.data<std::int32_t>();
  for (std::size_t tile = 0; tile < tiles_; ++tile)
    for (std::size_t stream = 0; stream < stream_weights_.size(); ++stream) {
      const std::int64_t offset = inputs.stream_offset(tile, static_cast<std::int64_t>(stream));
      const std::int32_t* sums = digit_sums.data() + offset;
      for (std::size_t lane = 0; lane < lanes; ++lane)
        tile_sums[tile * lanes + lane] += stream_weights_[stream] * sums[lane];
    }
}

void FlippedColumns::add_complements(std::int64_t channel, std::int64_t factor,
                                     const std::vector<std::int64_t>& tile_sums,
                                     std::int64_t first_lane,
                                     std::span<std::int64_t> outputs) const {
  const std::int64_t* weights =
      complement_weights_.data() + channel * static_cast<std::int64_t>(tiles_);
  const std::size_t lanes = tile_sums.size() / tiles_;
  for (std::size_t tile = 0; tile < tiles_; ++tile) {
    const std::int64_t weight = factor * weights[tile];
    const std::int64_t* sums = tile_sums.data() + tile * lanes + first_lane;
    for (std::size_t i = 0; i < outputs.size(); ++i) outputs[i] += weight * sums[i];
  }
}

}  // namespace bitline
