// Histograms of one layer's partial sums, apart by plane and stream, and by tile on request.
#pragma once

#include <cstdint>
#include <vector>

#include "bitline/adc/histogram.h"
#include "bitline/mapping/cim_layer.h"

namespace bitline {

/// Counts the conversions of normal columns (reference columns are not counted) over the layer's
/// possible sums. Additive: each thread fills its own.
class LayerHistogram {
 public:
  LayerHistogram() = default;
  LayerHistogram(const CimLayer& layer, bool by_tile);

  std::int64_t planes() const { return planes_; }
  std::int64_t streams() const { return streams_; }
  /// 1 unless tiles are kept apart.
  std::int64_t tiles() const { return tiles_; }
  bool by_tile() const { return by_tile_; }
  /// Where the sums of a plane, a stream and the layer's `tile` go; all tiles share one histogram
  /// unless they are kept apart.
  Histogram& of(std::int64_t plane, std::int64_t stream, std::int64_t tile) {
    return parts_[index(plane, stream, tile)];
  }
  const Histogram& of(std::int64_t plane, std::int64_t stream, std::int64_t tile) const {
    return parts_[index(plane, stream, tile)];
  }
  /// Sum over planes, streams and tiles.
  Histogram total() const;
  /// Sum over planes and tiles of one input stream.
  Histogram of_stream(std::int64_t stream) const;
  /// Throws Error when the layers' shapes differ.
  void add(const LayerHistogram& other);

 private:
  std::size_t index(std::int64_t plane, std::int64_t stream, std::int64_t tile) const {
    return static_cast<std::size_t>(((by_tile_ ? tile : 0) * planes_ + plane) * streams_ + stream);
  }

  bool by_tile_ = false;
  std::int64_t planes_ = 0, streams_ = 0, tiles_ = 0;
  std::vector<Histogram> parts_;  // [tile, plane, stream]
};

}  // namespace bitline
