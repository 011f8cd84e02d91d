// Counts by column against those of layers that have one channel alone.
#include "bitline/kernels/column_histogram.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "bitline/kernels/fused_layer.h"
#include "bitline/testing/fused_engine.h"

namespace bitline {
namespace {

using test::Draw;
using test::FusedLayerTest;
using test::MappingCase;

using ColumnHistogramTest = FusedLayerTest;

/// Of the layer with this channel alone.
std::vector<std::int64_t> counts_alone(const IntegerLayer& layer, const ArraySpec& array,
                                       const std::vector<std::int32_t>& activations,
                                       std::int64_t channel) {
  const ConvGeometry& geometry = layer.geometry;
  const std::int64_t in_group = geometry.in_channels / geometry.groups;
  const std::int64_t group = channel / (geometry.out_channels / geometry.groups);
  IntegerLayer alone = layer;
  alone.geometry.groups = 1;
  alone.geometry.in_channels = in_group;
  alone.geometry.out_channels = 1;
  const auto weights = layer.weights.data<std::int32_t>();
  alone.weights = Tensor(DType::kI32, {1, geometry.fan_in()});
  std::copy_n(weights.begin() + channel * geometry.fan_in(), geometry.fan_in(),
              alone.weights.data<std::int32_t>().begin());
  const std::int64_t images = std::ssize(activations) / geometry.in_size();
  const std::int64_t pixels = geometry.in_height * geometry.in_width;
  std::vector<std::int32_t> own;
  for (std::int64_t image = 0; image < images; ++image) {
    const auto first = activations.begin() + image * geometry.in_size() + group * in_group * pixels;
    own.insert(own.end(), first, first + in_group * pixels);
  }
  const CimLayer mapped = map_layer(alone, array);
  LayerHistogram histogram(mapped, true);
  test::accumulate(mapped, test::lossless(mapped), own, &histogram);
  std::vector<std::int64_t> all;
  for (std::int64_t plane = 0; plane < mapped.planes.count(); ++plane)
    for (std::size_t tile = 0; tile < mapped.tiles.size(); ++tile)
      for (std::int64_t p = mapped.sums.minimum; p <= mapped.sums.maximum; ++p) {
        std::int64_t count = 0;
        for (std::size_t j = 0; j < mapped.streams.weights.size(); ++j) {
          const std::int64_t g = mapped.streams.weights[j];
          count +=
              g * g *
              histogram.of(plane, static_cast<std::int64_t>(j), static_cast<std::int64_t>(tile))
                  .count(p);
        }
        all.push_back(count);
      }
  return all;
}

/// Both halves of a digital pair count together, as LayerHistogram does.
std::vector<std::int64_t> counts_of(const ColumnHistogram& histogram, const CimLayer& layer,
                                    std::int64_t channel) {
  const std::int64_t halves = layer.subtract_digitally ? 2 : 1;
  std::vector<std::int64_t> all;
  for (std::int64_t plane = 0; plane < layer.planes.count(); ++plane)
    for (std::int64_t tile = 0; tile < std::ssize(layer.tiles); ++tile) {
      std::vector<std::int64_t> bins(
          static_cast<std::size_t>(layer.sums.maximum - layer.sums.minimum + 1));
      for (std::int64_t half = 0; half < halves; ++half) {
        const std::vector<std::int64_t> own = histogram.of(plane * halves + half, channel, tile);
        for (std::size_t bin = 0; bin < own.size(); ++bin)
          bins[bin + static_cast<std::size_t>(histogram.sums().minimum - layer.sums.minimum)] +=
              own[bin];
      }
      all.insert(all.end(), bins.begin(), bins.end());
    }
  return all;
}

// Of one mapping in six: emulators run this too.
TEST_F(ColumnHistogramTest, CountsEachColumnUnderManyMappings) {
  Random random(21);
  const Draw draw = test::draw_from(random);
  for (MappingCase mapping : test::every_mapping()) {
    if (draw(0, 5) != 0) continue;
    const IntegerLayer layer = test::draw_layer(mapping, draw);
    test::draw_rows(mapping, layer, draw);
    const CimLayer mapped = map_layer(layer, mapping.array);
    const std::int64_t images = draw(1, 2);
    const std::vector<std::int32_t> activations = test::draw_activations(layer, images, draw);
    const std::int64_t channel = draw(0, layer.geometry.out_channels - 1);
    const std::vector<std::int64_t> expected =
        counts_alone(layer, mapping.array, activations, channel);
    for (const std::string_view name : instruction_sets()) {
      force_instruction_set(name);
      set_thread_count(draw(0, 1) == 0 ? 1 : 3);
      ColumnHistogram histogram(mapped);
      FusedLayer(mapped).count_columns(images, activations, histogram);
      std::vector<std::int64_t> counts = counts_of(histogram, mapped, channel);
      ASSERT_GE(counts.size(), expected.size());
      counts.resize(expected.size());  // a weight of another channel may take a plane more
      ASSERT_EQ(counts, expected) << name << ": " << test::describe(mapping) << ", channel "
                                  << channel;
    }
  }
}

}  // namespace
}  // namespace bitline
