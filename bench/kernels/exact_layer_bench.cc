// Products per second and core of the exact layer, and their share of what the machine's
// multipliers of bytes could do. items_per_second is the former.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>

#include "bitline/base/parallel.h"
#include "bitline/base/random.h"
#include "bitline/kernels/exact_layer.h"
#include "bitline/kernels/instruction_set.h"
#include "machine.h"

namespace bitline {
namespace {

IntegerLayer layer_of(const ConvGeometry& geometry, int bits) {
  IntegerLayer layer;
  layer.name = "layer";
  layer.geometry = geometry;
  layer.input_bits = bits;
  layer.weights = Tensor(DType::kI32, {geometry.out_channels, geometry.fan_in()});
  const std::int64_t largest = (std::int64_t{1} << (bits - 1)) - 1;
  Random random(1);
  for (std::int32_t& weight : layer.weights.data<std::int32_t>())
    weight = static_cast<std::int32_t>(
        static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(2 * largest + 1))) -
        largest);
  return layer;
}

void run(benchmark::State& state, std::string_view instruction_set, const ConvGeometry& geometry,
         int bits, std::int64_t images) {
  force_instruction_set(instruction_set);
  set_thread_count(1);
  const IntegerLayer layer = layer_of(geometry, bits);
  const ExactLayer exact(layer);
  std::vector<std::int32_t> activations(static_cast<std::size_t>(images * geometry.in_size()));
  Random random(2);
  for (std::int32_t& activation : activations)
    activation = static_cast<std::int32_t>(random.below(std::uint64_t{1} << bits));
  std::vector<float> sums(static_cast<std::size_t>(images * geometry.out_size()));
  for (auto _ : state) {
    exact.sum<float>(images, activations, sums);
    benchmark::DoNotOptimize(sums.data());
  }
  const std::int64_t products = images * geometry.out_size() * geometry.fan_in();
  state.SetItemsProcessed(state.iterations() * products);
  state.counters["of_peak"] = benchmark::Counter(
      static_cast<double>(state.iterations() * products) / byte_products_per_second(),
      benchmark::Counter::kIsRate);
  force_instruction_set(instruction_sets().front());
}

constexpr ConvGeometry kFirstStage{16, 32, 32, 16, 3, 3, 1, 1, 1};
constexpr ConvGeometry kThirdStage{64, 8, 8, 64, 3, 3, 1, 1, 1};
constexpr ConvGeometry kVgg{256, 8, 8, 512, 3, 3, 1, 1, 1};
constexpr ConvGeometry kPointwise{96, 14, 14, 576, 1, 1, 1, 0, 1};
constexpr ConvGeometry kVectors{1024, 1, 1, 1024, 1, 1, 1, 0, 1};

/// bits: of activations and weights.
void bench_dense(benchmark::State& state, std::string_view set, const ConvGeometry& geometry) {
  const std::int64_t images = geometry.in_height == 1 ? 256 : 64;
  run(state, set, geometry, static_cast<int>(state.range(0)), images);
}

void register_dense(std::string_view set) {
  const auto add = [set](const char* name, const ConvGeometry& geometry) {
    const std::string whole = fmt::format("bench_dense/{}/{}", set, name);
    benchmark::RegisterBenchmark(whole.c_str(), bench_dense, set, geometry)->Arg(4)->Arg(8);
  };
  add("16_to_16_32x32", kFirstStage);
  add("64_to_64_8x8", kThirdStage);
  add("256_to_512_8x8", kVgg);
  add("96_to_576_1x1", kPointwise);
  add("1024_to_1024_vectors", kVectors);
}

[[maybe_unused]] const bool registered = [] {
  const std::vector<std::string_view> all = instruction_sets();
  for (const std::string_view set : {"avx512-bitalg", "avx512", "avx2", "ssse3"})
    if (std::ranges::find(all, set) != all.end()) register_dense(set);
  return true;
}();

}  // namespace
}  // namespace bitline
