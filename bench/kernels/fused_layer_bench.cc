// Conversions per second and core of the fused engine. items_per_second is that number.
#include <benchmark/benchmark.h>

#include <cmath>

#include "bitline/adc/adc_spec.h"
#include "bitline/base/parallel.h"
#include "bitline/base/random.h"
#include "bitline/kernels/fused_layer.h"
#include "bitline/kernels/instruction_set.h"
#include "bitline/mapping/map.h"

namespace bitline {
namespace {

constexpr std::int64_t kImages = 16;

/// Normally distributed weights over the whole grid of 4 bits.
IntegerLayer w4a4(const ConvGeometry& geometry) {
  IntegerLayer layer;
  layer.name = "layer";
  layer.geometry = geometry;
  layer.weights = Tensor(DType::kI32, {geometry.out_channels, geometry.fan_in()});
  Random random(1);
  for (std::int32_t& weight : layer.weights.data<std::int32_t>())
    weight = static_cast<std::int32_t>(std::clamp(std::lround(2.5 * random.normal()), -7L, 7L));
  return layer;
}

/// Positive with probability 0.417, as measured on VGG-9 (docs/arithmetic.md), and then
/// exponential: most significant bits are rare.
std::vector<std::int32_t> activations_for(const CimLayer& layer) {
  Random random(2);
  const double largest = std::ldexp(1.0, layer.streams.bits) - 1;
  std::vector<std::int32_t> activations(
      static_cast<std::size_t>(kImages * layer.geometry.in_size()));
  for (std::int32_t& activation : activations) {
    if (random.uniform() >= 0.417) continue;
    const double drawn = 1 - 0.3 * largest * std::log(1 - random.uniform());
    activation = static_cast<std::int32_t>(std::min(drawn, largest));
  }
  return activations;
}

/// `levels` 0: lossless.
LayerAdc adc_of(const CimLayer& layer, std::int64_t levels) {
  AdcSpec spec;
  spec.quantizer = levels == 0 ? Quantizer::kLossless : Quantizer::kZeroTread;
  spec.levels = levels;
  spec.delta = std::min<std::int64_t>(16, layer.sums.magnitude());
  return make_layer_adc(layer, make_code_table(spec, layer.sums.minimum, layer.sums.maximum));
}

void run(benchmark::State& state, const CimLayer& layer, std::int64_t levels, bool count = false) {
  set_thread_count(1);
  const FusedLayer fused(layer);
  const LayerAdc adc = adc_of(layer, levels);
  const std::vector<std::int32_t> activations = activations_for(layer);
  std::vector<std::int64_t> outputs(static_cast<std::size_t>(kImages * layer.geometry.out_size()));
  LayerHistogram histogram(layer, false);
  for (auto _ : state) {
    fused.accumulate(adc, kImages, activations, outputs, count ? &histogram : nullptr);
    benchmark::DoNotOptimize(outputs.data());
  }
  state.SetItemsProcessed(state.iterations() * kImages * layer.conversions());
}

ArraySpec array_of(Encoding encoding, int cell_bits = 1, int dac_bits = 1) {
  ArraySpec array;
  array.encoding = encoding;
  array.cell_bits = cell_bits;
  array.dac_bits = dac_bits;
  return array;
}

/// The third stage of ResNet-20: 64 → 64 channels, 3 × 3 on 8 × 8.
constexpr ConvGeometry kThirdStage{64, 8, 8, 64, 3, 3, 1, 1, 1};
/// Its first stage: 16 → 16 channels on 32 × 32.
constexpr ConvGeometry kFirstStage{16, 32, 32, 16, 3, 3, 1, 1, 1};

void bench_encoding(benchmark::State& state, Encoding encoding, std::int64_t levels) {
  run(state, map_layer(w4a4(kThirdStage), array_of(encoding)), levels);
}
BENCHMARK_CAPTURE(bench_encoding, differential_16, Encoding::kDifferential, 16);
BENCHMARK_CAPTURE(bench_encoding, differential_4, Encoding::kDifferential, 4);
BENCHMARK_CAPTURE(bench_encoding, differential_lossless, Encoding::kDifferential, 0);
BENCHMARK_CAPTURE(bench_encoding, twos_complement_16, Encoding::kTwosComplement, 16);
BENCHMARK_CAPTURE(bench_encoding, bipolar_16, Encoding::kBipolar, 16);
BENCHMARK_CAPTURE(bench_encoding, offset_16, Encoding::kOffset, 16);

void bench_few_channels(benchmark::State& state, Encoding encoding) {
  run(state, map_layer(w4a4(kFirstStage), array_of(encoding)), 16);
}
BENCHMARK_CAPTURE(bench_few_channels, differential, Encoding::kDifferential);
BENCHMARK_CAPTURE(bench_few_channels, twos_complement, Encoding::kTwosComplement);

void bench_multi_bit(benchmark::State& state) {
  const auto cell_bits = static_cast<int>(state.range(0));
  const auto dac_bits = static_cast<int>(state.range(1));
  run(state, map_layer(w4a4(kThirdStage), array_of(Encoding::kDifferential, cell_bits, dac_bits)),
      16);
}
BENCHMARK(bench_multi_bit)->Args({2, 1})->Args({1, 2})->Args({2, 2})->Args({3, 4});

void bench_histogram(benchmark::State& state) {
  run(state, map_layer(w4a4(kThirdStage), array_of(Encoding::kDifferential)), 16, true);
}
BENCHMARK(bench_histogram);

/// One after the other of instruction_sets().
void bench_instruction_set(benchmark::State& state) {
  const std::vector<std::string_view> names = instruction_sets();
  const auto index = static_cast<std::size_t>(state.range(0));
  if (index >= names.size()) return state.SkipWithError("this processor has no more of them");
  force_instruction_set(names[index]);
  state.SetLabel(std::string(names[index]));
  run(state, map_layer(w4a4(kThirdStage), array_of(Encoding::kDifferential)), 16);
  force_instruction_set(names.front());
}
BENCHMARK(bench_instruction_set)->DenseRange(0, 5);

}  // namespace
}  // namespace bitline
