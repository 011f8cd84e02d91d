#include "bitline/kernels/layer_histogram.h"

#include "bitline/base/fail.h"

namespace bitline {

LayerHistogram::LayerHistogram(const CimLayer& layer, bool by_tile)
    : by_tile_(by_tile),
      planes_(layer.planes.count()),
      streams_(layer.streams.count()),
      tiles_(by_tile ? static_cast<std::int64_t>(layer.tiles.size()) : 1),
      parts_(static_cast<std::size_t>(tiles_ * planes_ * streams_),
             Histogram(layer.sums.minimum, layer.sums.maximum)) {}

Histogram LayerHistogram::total() const {
  if (parts_.empty()) return {};
  Histogram sum = parts_.front();
  for (std::size_t part = 1; part < parts_.size(); ++part) sum.add(parts_[part]);
  return sum;
}

Histogram LayerHistogram::of_stream(std::int64_t stream) const {
  Histogram sum(parts_.front().minimum(), parts_.front().maximum());
  for (std::int64_t tile = 0; tile < tiles_; ++tile)
    for (std::int64_t plane = 0; plane < planes_; ++plane) sum.add(of(plane, stream, tile));
  return sum;
}

void LayerHistogram::add(const LayerHistogram& other) {
  if (by_tile_ != other.by_tile_ || planes_ != other.planes_ || streams_ != other.streams_ ||
      tiles_ != other.tiles_)
    fail("histograms of {} x {} x {} and {} x {} x {} planes, streams and tiles do not add up",
         planes_, streams_, tiles_, other.planes_, other.streams_, other.tiles_);
  for (std::size_t part = 0; part < parts_.size(); ++part) parts_[part].add(other.parts_[part]);
}

}  // namespace bitline
