// What the tests of the fused engine share.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "bitline/adc/stream_tables.h"
#include "bitline/base/parallel.h"
#include "bitline/kernels/fused_layer.h"
#include "bitline/kernels/instruction_set.h"
#include "bitline/mapping/map.h"
#include "bitline/testing/layers.h"
#include "bitline/testing/reference_engine.h"

namespace bitline::test {

/// One thread unless a test asks for more; goes back to the best instruction set.
class FusedLayerTest : public testing::Test {
 protected:
  FusedLayerTest() { set_thread_count(1); }
  ~FusedLayerTest() override {
    force_instruction_set(instruction_sets().front());
    set_thread_count(threads_);
  }

 private:
  const int threads_ = thread_count();
};

/// A table of any shape: few or many thresholds, some of them equal or never reached, steps of one
/// height or of many, small and large values.
inline CodeTable draw_table(const SumRange& sums, const Draw& draw) {
  std::vector<std::int64_t> thresholds;
  for (std::int64_t k = draw(0, 20); k > 0; --k)
    thresholds.push_back(draw(sums.minimum - 2, sums.maximum + 2));
  std::sort(thresholds.begin(), thresholds.end());
  const std::int64_t highest_step = draw(0, 2) == 0 ? 5000 : draw(1, 4);
  std::int64_t value = draw(-100, 100);
  std::vector<Rational> values{Rational(value, 4)};
  for (std::size_t k = 0; k < thresholds.size(); ++k)
    values.emplace_back(value += draw(0, highest_step), 4);
  return table_from_values(sums, thresholds, values);
}

/// h for every column of a layer, or for none.
inline std::vector<std::int32_t> draw_bias(const CimLayer& layer, const Draw& draw) {
  if (draw(0, 1) == 0) return {};
  const std::int64_t most = draw(1, 40);
  const std::int64_t halves = layer.subtract_digitally ? 2 : 1;
  std::vector<std::int32_t> bias(static_cast<std::size_t>(
      layer.planes.count() * halves * layer.geometry.out_channels * std::ssize(layer.tiles)));
  for (std::int32_t& h : bias) h = static_cast<std::int32_t>(draw(-most, most));
  return bias;
}

/// A table for each input stream, the first of them for the last stream too.
inline LayerAdc draw_stream_adc(const CimLayer& layer, const Draw& draw) {
  std::vector<CodeTable> tables;
  for (std::int64_t stream = 0; stream < layer.streams.count(); ++stream)
    tables.push_back(draw_table(layer.sums, draw));
  tables.back() = tables.front();
  put_over_one_unit(tables);
  return make_layer_adc(layer, tables, draw_bias(layer, draw));
}

/// One of the quantizers of adc/, or any table; columns may have a bias.
inline LayerAdc draw_adc(const CimLayer& layer, const Draw& draw) {
  const SumRange& sums = layer.sums;
  const std::int64_t choice = draw(0, 4);
  if (choice == 0) return lossless(layer);
  if (choice == 4) return draw_stream_adc(layer, draw);
  if (choice == 1)
    return make_layer_adc(layer, std::vector{draw_table(sums, draw)}, draw_bias(layer, draw));
  AdcSpec spec;
  spec.quantizer = choice == 2 ? quantizers::kZeroTread : quantizers::kZeroRise;
  spec.levels = draw(2, 40);
  spec.delta = draw(1, sums.magnitude());
  const std::int64_t most = std::min<std::int64_t>(2 * sums.maximum, 3);
  spec.centre = Rational(draw(std::max<std::int64_t>(2 * sums.minimum, -3), most), 2);
  const CodeTable table = make_code_table(spec, sums);
  return make_layer_adc(layer, std::vector{table},
                        table.lossless ? std::vector<std::int32_t>() : draw_bias(layer, draw));
}

inline bool same_counts(const LayerHistogram& a, const LayerHistogram& b, std::int64_t tiles) {
  for (std::int64_t tile = 0; tile < tiles; ++tile)
    for (std::int64_t plane = 0; plane < a.planes(); ++plane)
      for (std::int64_t stream = 0; stream < a.streams(); ++stream)
        if (a.of(plane, stream, tile).counts() != b.of(plane, stream, tile).counts()) return false;
  return true;
}

/// Outputs and histograms of both engines, on all instruction sets. `by_tile` histograms count each
/// tile apart.
inline void expect_equal(const CimLayer& layer, const LayerAdc& adc,
                         const std::vector<std::int32_t>& activations, bool by_tile = true) {
  LayerHistogram expected_counts(layer, by_tile);
  const std::vector<std::int64_t> expected = accumulate(layer, adc, activations, &expected_counts);
  const std::int64_t images =
      static_cast<std::int64_t>(activations.size()) / layer.geometry.in_size();
  for (const std::string_view name : instruction_sets()) {
    force_instruction_set(name);
    const FusedLayer fused(layer);
    std::vector<std::int64_t> outputs(expected.size(), -1);
    fused.accumulate(adc, images, activations, outputs);
    ASSERT_EQ(outputs, expected) << name;
    std::fill(outputs.begin(), outputs.end(), -1);
    LayerHistogram counts(layer, by_tile);
    fused.accumulate(adc, images, activations, outputs, &counts);
    ASSERT_EQ(outputs, expected) << name;
    ASSERT_TRUE(same_counts(counts, expected_counts, expected_counts.tiles())) << name;
  }
}

/// A W4A4 convolution of 16 channels on 9 × 9, in two tiles.
inline CimLayer convolution(Random& random, Encoding encoding, std::int64_t groups = 1) {
  IntegerLayer layer;
  layer.name = "conv";
  layer.geometry = ConvGeometry{16, 9, 9, 16, 3, 3, 1, 1, groups};
  layer.weights = Tensor(DType::kI32, {16, layer.geometry.fan_in()});
  for (std::int32_t& weight : layer.weights.data<std::int32_t>())
    weight = static_cast<std::int32_t>(random.below(15)) - 7;
  ArraySpec array;
  array.encoding = encoding;
  return map_layer(layer, array);
}

}  // namespace bitline::test
