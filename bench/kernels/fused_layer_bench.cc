// Conversions per second and core of the fused engine. items_per_second is that number.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "bitline/adc/adc_spec.h"
#include "bitline/base/parallel.h"
#include "bitline/base/random.h"
#include "bitline/kernels/convert_pairs.h"
#include "bitline/kernels/fused_layer.h"
#include "bitline/kernels/instruction_set.h"
#include "bitline/kernels/reference.h"
#include "bitline/mapping/map.h"
#include "machine.h"

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
  spec.quantizer = levels == 0 ? quantizers::kLossless : quantizers::kZeroTread;
  spec.levels = levels;
  spec.delta = std::min<std::int64_t>(16, layer.sums.magnitude());
  return make_layer_adc(layer, make_code_table(spec, layer.sums));
}

/// Row bytes that a conversion counts: one popcount instruction counts one of each of 64 columns.
double bytes_per_conversion(const CimLayer& layer) {
  double bytes = 0;
  for (const Tile& tile : layer.tiles) bytes += static_cast<double>((tile.size() + 7) / 8);
  const bool pair = layer.array.encoding == encodings::kDifferential;
  return bytes / static_cast<double>(layer.tiles.size()) * (pair ? 2 : 1);
}

/// Conversions per second, products of digits per second, and the conversions' share of what one
/// 512-bit popcount a cycle would allow. Conversions of inputs that are all zero need none, so that
/// the share can exceed 1.
void report_rate(benchmark::State& state, const CimLayer& layer, std::int64_t conversions) {
  state.SetItemsProcessed(conversions);
  const double rows =
      static_cast<double>(layer.geometry.fan_in()) / static_cast<double>(std::ssize(layer.tiles));
  state.counters["digit_products"] =
      benchmark::Counter(static_cast<double>(conversions) * rows, benchmark::Counter::kIsRate);
  state.counters["of_popcount_bound"] =
      benchmark::Counter(static_cast<double>(conversions) * bytes_per_conversion(layer) /
                             static_cast<double>(kBlockColumns) / cycles_per_second(),
                         benchmark::Counter::kIsRate);
}

/// The first image's outputs are those of the definition.
bool is_right(const CimLayer& layer, const LayerAdc& adc, std::span<const std::int32_t> activations,
              std::span<const std::int64_t> outputs) {
  const auto in = static_cast<std::size_t>(layer.geometry.in_size());
  std::vector<std::int64_t> expected(static_cast<std::size_t>(layer.geometry.out_size()));
  reference_accumulate(layer, adc, 1, activations.first(in), expected, nullptr);
  return std::ranges::equal(expected, outputs.first(expected.size()));
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
  if (!is_right(layer, adc, activations, outputs))
    state.SkipWithError("the outputs are not those of the definition");
  report_rate(state, layer, state.iterations() * kImages * layer.conversions());
}

ArraySpec array_of(Encoding encoding, int cell_bits = 1, int dac_bits = 1) {
  ArraySpec array;
  array.encoding = encoding;
  array.cell_bits = cell_bits;
  array.dac_bits = dac_bits;
  return array;
}

/// 128 rows and 64 columns of one bit, inputs of one bit: a layer of 1 x 1 kernels on 16 x 16.
CimLayer one_bit_array(Encoding encoding) {
  IntegerLayer layer = w4a4({128, 16, 16, 64, 1, 1, 1, 0, 1});
  layer.weight_bits = encoding == encodings::kDifferential ? 2 : 1;
  layer.weight_odd = encoding == encodings::kBipolar;
  layer.input_bits = 1;
  Random random(3);
  for (std::int32_t& weight : layer.weights.data<std::int32_t>()) {
    const auto drawn = static_cast<std::int32_t>(random.below(3)) - 1;
    weight = encoding == encodings::kTwosComplement ? -std::abs(drawn)
             : encoding == encodings::kBipolar      ? (drawn < 0 ? -1 : 1)
                                                    : drawn;
  }
  return map_layer(layer, array_of(encoding));
}

/// 512 input channels, 2-bit cells and DAC, 64 columns: a layer of 1 x 1 kernels on 8 x 8.
CimLayer large_array(std::int64_t rows) {
  ArraySpec array = array_of(encodings::kDifferential, 2, 2);
  array.rows = rows;
  return map_layer(w4a4({512, 8, 8, 32, 1, 1, 1, 0, 1}), array);
}

/// Σ_t Σ_i Σ_j c_i g_j multiple(p) of one channel at one position of a layer of 1 x 1 kernels, by
/// its definition; streams that are all zero count if `reads_all`.
std::int64_t plain_sum(const CimLayer& layer, const LayerAdc& adc, const PreparedTable& table,
                       std::span<const std::int32_t> image, std::int64_t channel,
                       std::int64_t position, bool reads_all) {
  const std::int64_t fan_in = layer.geometry.fan_in();
  const auto digits = layer.planes.digits.data<std::int8_t>();
  std::int64_t sum = 0;
  for (const Tile& tile : layer.tiles)
    for (std::int64_t j = 0; j < layer.streams.count(); ++j)
      for (std::int64_t i = 0; i < layer.planes.count(); ++i) {
        std::int64_t p = 0;
        bool active = reads_all;
        for (const std::int64_t row : tile) {
          const std::int64_t input = layer.streams.digit(
              image[static_cast<std::size_t>(row * layer.geometry.out_positions() + position)], j);
          const std::int64_t cell = (i * layer.geometry.out_channels + channel) * fan_in + row;
          p += input * digits[static_cast<std::size_t>(cell)];
          active = active || input != 0;
        }
        if (active)
          sum += layer.planes.weights[static_cast<std::size_t>(i)] *
                 layer.streams.weights[static_cast<std::size_t>(j)] *
                 (adc.table(0).value(p) - table.base) / table.scale;
      }
  return sum;
}

/// The inner kernel alone, for 64 columns: inputs and weights packed as the layer takes them.
void read_array(benchmark::State& state, const CimLayer& layer) {
  const LayerAdc adc = adc_of(layer, 16);
  const InputForm form = FusedLayer(layer).input_form(adc, false);
  const PackedPlanes planes = pack_planes(layer);
  const ColumnPairs pairs =
      form == InputForm::kNibbles ? pair_columns(layer, planes) : ColumnPairs();
  const InputPacker packer(layer, planes.tiles, layer.array.encoding == encodings::kBipolar);
  const auto streams = stream_products(planes, packer.planes(), layer.streams.weights);
  const PreparedTable table =
      prepare_tables(adc.table(0), planes.sums, planes, layer.streams.weights).front();
  const std::vector<std::int32_t> activations = activations_for(layer);
  const auto image =
      std::span(activations).first(static_cast<std::size_t>(layer.geometry.in_size()));
  InputCodes codes;
  packer.encode(image, codes);
  PackedInputs inputs = packer.make_inputs(form);
  packer.pack(codes, 0, 0, packer.rows_at_once(form), inputs);
  Tensor channel_sums(DType::kI32, {inputs.lanes, planes.out_channels});
  const std::span sums = channel_sums.data<std::int32_t>();
  Tensor shorts(DType::kI16, {inputs.lanes, kBlockColumns});
  std::int16_t* short_totals = shorts.data<std::int16_t>().data();
  const auto convert = [&] {
    if (form == InputForm::kNibbles)
      convert_pairs({planes, pairs, streams, inputs, table, 0, sums.data(), short_totals});
    else
      convert_block({planes, streams, inputs, table, 0, 0, sums.data(), nullptr, short_totals});
  };
  for (auto _ : state) {
    convert();
    benchmark::ClobberMemory();
  }
  std::ranges::fill(sums, 0);
  convert();
  const std::int64_t channels = planes.out_channels;
  for (std::int64_t position = 0; position < inputs.positions(); ++position)
    for (std::int64_t channel = 0; channel < channels; ++channel) {
      // plain_sum() leaves out streams that are all zero, convert_pairs() does not.
      const bool reads_all = form == InputForm::kNibbles;
      const std::int64_t at =
          reads_all ? channel * inputs.lanes + position : position * channels + channel;
      if (sums[static_cast<std::size_t>(at)] !=
          plain_sum(layer, adc, table, image, channel, position, reads_all))
        return state.SkipWithError("the sums are not those of the definition");
    }
  report_rate(state, layer,
              state.iterations() * inputs.positions() * kBlockColumns * std::ssize(layer.tiles) *
                  layer.streams.count());
}

void bench_array_reads(benchmark::State& state, Encoding encoding) {
  read_array(state, one_bit_array(encoding));
}
BENCHMARK_CAPTURE(bench_array_reads, cells_0_1, encodings::kTwosComplement);
BENCHMARK_CAPTURE(bench_array_reads, differential, encodings::kDifferential);
BENCHMARK_CAPTURE(bench_array_reads, bipolar, encodings::kBipolar);

/// `rows` word lines.
void bench_large_array_reads(benchmark::State& state) {
  read_array(state, large_array(state.range(0)));
}
BENCHMARK(bench_large_array_reads)->Arg(256)->Arg(512);

/// The same with everything around it: little is read per packed input where cells and inputs have
/// one bit each.
void bench_one_bit_layer(benchmark::State& state, Encoding encoding) {
  run(state, one_bit_array(encoding), 16);
}
BENCHMARK_CAPTURE(bench_one_bit_layer, cells_0_1, encodings::kTwosComplement);
BENCHMARK_CAPTURE(bench_one_bit_layer, differential, encodings::kDifferential);
BENCHMARK_CAPTURE(bench_one_bit_layer, bipolar, encodings::kBipolar);

void bench_large_array(benchmark::State& state) { run(state, large_array(state.range(0)), 16); }
BENCHMARK(bench_large_array)->Arg(256)->Arg(512);

/// The third stage of ResNet-20: 64 → 64 channels, 3 × 3 on 8 × 8.
constexpr ConvGeometry kThirdStage{64, 8, 8, 64, 3, 3, 1, 1, 1};
/// Its first stage: 16 → 16 channels on 32 × 32.
constexpr ConvGeometry kFirstStage{16, 32, 32, 16, 3, 3, 1, 1, 1};

void bench_encoding(benchmark::State& state, Encoding encoding, std::int64_t levels) {
  run(state, map_layer(w4a4(kThirdStage), array_of(encoding)), levels);
}
BENCHMARK_CAPTURE(bench_encoding, differential_16, encodings::kDifferential, 16);
BENCHMARK_CAPTURE(bench_encoding, differential_4, encodings::kDifferential, 4);
BENCHMARK_CAPTURE(bench_encoding, differential_lossless, encodings::kDifferential, 0);
BENCHMARK_CAPTURE(bench_encoding, twos_complement_16, encodings::kTwosComplement, 16);
BENCHMARK_CAPTURE(bench_encoding, bipolar_16, encodings::kBipolar, 16);
BENCHMARK_CAPTURE(bench_encoding, offset_16, encodings::kOffset, 16);

/// The same with columns flipped.
void bench_flipped(benchmark::State& state, Encoding encoding, ColumnFlip flip) {
  ArraySpec array = array_of(encoding);
  array.column_flip = flip;
  run(state, map_layer(w4a4(kThirdStage), array), 16);
}
BENCHMARK_CAPTURE(bench_flipped, differential_16, encodings::kDifferential, ColumnFlip::kSign);
BENCHMARK_CAPTURE(bench_flipped, twos_complement_16, encodings::kTwosComplement,
                  ColumnFlip::kComplement);
BENCHMARK_CAPTURE(bench_flipped, bipolar_16, encodings::kBipolar, ColumnFlip::kSign);
BENCHMARK_CAPTURE(bench_flipped, offset_16, encodings::kOffset, ColumnFlip::kComplement);

void bench_few_channels(benchmark::State& state, Encoding encoding) {
  run(state, map_layer(w4a4(kFirstStage), array_of(encoding)), 16);
}
BENCHMARK_CAPTURE(bench_few_channels, differential, encodings::kDifferential);
BENCHMARK_CAPTURE(bench_few_channels, twos_complement, encodings::kTwosComplement);

void bench_multi_bit(benchmark::State& state) {
  const auto cell_bits = static_cast<int>(state.range(0));
  const auto dac_bits = static_cast<int>(state.range(1));
  run(state, map_layer(w4a4(kThirdStage), array_of(encodings::kDifferential, cell_bits, dac_bits)),
      16);
}
BENCHMARK(bench_multi_bit)->Args({2, 1})->Args({1, 2})->Args({2, 2})->Args({3, 4});

/// All 128 candidates of a range search from one pass, per conversion and candidate.
void bench_sweep(benchmark::State& state) {
  set_thread_count(1);
  const CimLayer layer = map_layer(w4a4(kThirdStage), array_of(encodings::kDifferential));
  const FusedLayer fused(layer);
  std::vector<LayerAdc> adcs;
  for (std::int64_t delta = 1; delta <= layer.sums.magnitude(); ++delta) {
    AdcSpec spec;
    spec.levels = state.range(0);
    spec.delta = delta;
    adcs.push_back(make_layer_adc(layer, make_code_table(spec, layer.sums)));
  }
  const std::vector<std::int32_t> activations = activations_for(layer);
  const std::span<const std::int32_t> image =
      std::span(activations).first(static_cast<std::size_t>(layer.geometry.in_size()));
  std::vector<std::int64_t> outputs(adcs.size() *
                                    static_cast<std::size_t>(layer.geometry.out_size()));
  for (auto _ : state) {
    fused.accumulate_each(adcs, 1, image, outputs);
    benchmark::DoNotOptimize(outputs.data());
  }
  if (!is_right(layer, adcs.front(), image, outputs))
    state.SkipWithError("the outputs are not those of the definition");
  state.SetItemsProcessed(state.iterations() * std::ssize(adcs) * layer.conversions());
}
BENCHMARK(bench_sweep)->Arg(4)->Arg(16);

void bench_histogram(benchmark::State& state) {
  run(state, map_layer(w4a4(kThirdStage), array_of(encodings::kDifferential)), 16, true);
}
BENCHMARK(bench_histogram);

/// One after the other of instruction_sets().
void bench_instruction_set(benchmark::State& state) {
  const std::vector<std::string_view> names = instruction_sets();
  const auto index = static_cast<std::size_t>(state.range(0));
  if (index >= names.size()) return state.SkipWithError("this processor has no more of them");
  force_instruction_set(names[index]);
  state.SetLabel(std::string(names[index]));
  run(state, map_layer(w4a4(kThirdStage), array_of(encodings::kDifferential)), 16);
  force_instruction_set(names.front());
}
BENCHMARK(bench_instruction_set)->DenseRange(0, 5);

}  // namespace
}  // namespace bitline

int main(int argc, char** argv) {
  bitline::choose_instruction_set();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
