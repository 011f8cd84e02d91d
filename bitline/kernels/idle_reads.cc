#include "bitline/kernels/idle_reads.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <vector>

#include "bitline/base/fail.h"
#include "bitline/base/parallel.h"

namespace bitline {
namespace {

/// Counts the reads of one image.
class ReadCounter {
 public:
  explicit ReadCounter(const CimLayer& layer) : layer_(layer) {
    const ConvGeometry& g = layer.geometry;
    for (const auto& tile : layer.tiles)
      for (const std::int64_t row : tile)
        taps_.push_back({row / (g.kernel_height * g.kernel_width),
                         row / g.kernel_width % g.kernel_height * g.dilation.height - g.padding.top,
                         row % g.kernel_width * g.dilation.width - g.padding.left});
    pad_ = driven(layer.pad_value);
  }

  std::int64_t idle_reads(std::span<const std::int32_t> image) {
    driven_.clear();
    for (const std::int32_t activation : image) driven_.push_back(driven(activation));
    const ConvGeometry& g = layer_.geometry;
    std::int64_t idle = 0;
    for (std::int64_t group = 0; group < g.groups; ++group)
      for (std::int64_t y = 0; y < g.out_height(); ++y)
        for (std::int64_t x = 0; x < g.out_width(); ++x) idle += idle_at(group, y, x);
    return idle;
  }

 private:
  /// Where a row of the fan-in reads: its channel within the group, and the way to its pixel.
  struct Tap {
    std::int64_t channel, y, x;
  };

  /// Bit j: stream j drives the word line.
  std::uint64_t driven(std::int64_t activation) const {
    std::uint64_t streams = 0;
    for (std::int64_t j = 0; j < std::ssize(layer_.streams.weights); ++j)
      if (layer_.streams.digit(activation, j) != 0) streams |= std::uint64_t{1} << j;
    return streams;
  }

  std::uint64_t at(const Tap& tap, std::int64_t group, std::int64_t out_y,
                   std::int64_t out_x) const {
    const ConvGeometry& g = layer_.geometry;
    const std::int64_t channel = group * (g.in_channels / g.groups) + tap.channel;
    const std::int64_t y = out_y * g.stride.height + tap.y;
    const std::int64_t x = out_x * g.stride.width + tap.x;
    if (y < 0 || y >= g.in_height || x < 0 || x >= g.in_width) return pad_;
    return driven_[static_cast<std::size_t>((channel * g.in_height + y) * g.in_width + x)];
  }

  std::int64_t idle_at(std::int64_t group, std::int64_t y, std::int64_t x) const {
    std::int64_t idle = 0;
    auto tap = taps_.begin();
    for (const auto& tile : layer_.tiles) {
      std::uint64_t streams = 0;
      for (std::size_t row = 0; row < tile.size(); ++row) streams |= at(*tap++, group, y, x);
      idle += std::ssize(layer_.streams.weights) - std::popcount(streams);
    }
    return idle;
  }

  const CimLayer& layer_;
  std::vector<Tap> taps_;  // tile after tile
  std::uint64_t pad_ = 0;
  std::vector<std::uint64_t> driven_;  // by activation of the image
};

}  // namespace

ReadCount count_reads(const CimLayer& layer, std::int64_t images,
                      std::span<const std::int32_t> activations) {
  const ConvGeometry& g = layer.geometry;
  BITLINE_CHECK_EQ(static_cast<std::int64_t>(activations.size()), images * g.in_size());
  const std::int64_t reads = images * g.out_positions() * g.groups * std::ssize(layer.tiles) *
                             std::ssize(layer.streams.weights);
  if (layer.array.bias_rows > 0) return {reads, 0};
  std::atomic<std::int64_t> idle{0};
  parallel_for(0, images, 1, [&](std::int64_t begin, std::int64_t end) {
    ReadCounter counter(layer);
    for (std::int64_t i = begin; i < end; ++i)
      idle += counter.idle_reads(activations.subspan(static_cast<std::size_t>(i * g.in_size()),
                                                     static_cast<std::size_t>(g.in_size())));
  });
  return {reads, idle};
}

}  // namespace bitline
