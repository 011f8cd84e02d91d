// All δ × all L of a layer from its histogram.
#include <benchmark/benchmark.h>

#include <cmath>

#include "bitline/search/squared_error.h"

namespace bitline {
namespace {

/// A layer's sums on 128 rows with differential cells, about as wide as those of ResNet-20.
Histogram bell() {
  Histogram sums(-128, 128);
  for (std::int64_t p = -128; p <= 128; ++p)
    sums.add(p, std::llround(1e9 * std::exp(-static_cast<double>(p * p) / 18)));
  return sums;
}

/// The best of 128 δ for each number of levels from 2 to the argument.
void bench_all_levels(benchmark::State& state) {
  const Histogram sums = bell();
  for (auto _ : state) {
    AdcSpec spec;
    for (spec.levels = 2; spec.levels <= state.range(0); ++spec.levels)
      benchmark::DoNotOptimize(delta_of_least_error(spec, sums, 1));
  }
  state.SetItemsProcessed(state.iterations() * (state.range(0) - 1) * 128);
}
BENCHMARK(bench_all_levels)->Arg(16)->Arg(32)->Arg(256)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace bitline

BENCHMARK_MAIN();
