// bitline bench: how fast whole networks are simulated and searched on this machine.
#include <fmt/format.h>

#include <memory>

#include "bitline/base/parallel.h"
#include "bitline/kernels/instruction_set.h"
#include "bitline/study/speed.h"
#include "cli/command.h"
#include "cli/json_output.h"

namespace bitline::cli {
namespace {

struct BenchArguments {
  ConfigArguments config;
  BenchOptions options;
  bool json = false;
};

void print_speed(const NetworkSpeed& speed) {
  fmt::print("{}, kernels for {}, {} threads\n", speed.name, instruction_set(), thread_count());
  fmt::print("  conversions per image        {:>12}\n", speed.conversions);
  fmt::print("  images per second            {:>12.1f}\n", speed.images_per_second);
  fmt::print("    on 1 thread                {:>12.1f}  ({:.2f} times slower)\n",
             speed.images_per_second_1_thread,
             speed.images_per_second / speed.images_per_second_1_thread);
  fmt::print("    counting histograms        {:>12.1f}  ({:.2f} times slower)\n",
             speed.images_per_second_histograms,
             speed.images_per_second / speed.images_per_second_histograms);
  if (speed.images_per_second_composed)
    fmt::print("    composed of LibTorch       {:>12.1f}  ({:.2f} times slower)\n",
               *speed.images_per_second_composed,
               speed.images_per_second / *speed.images_per_second_composed);
  fmt::print("  time outside the kernels     {:>12.1f} %\n", 100 * (1 - speed.kernel_share));
  fmt::print("  peak memory                  {:>12.0f} MiB\n",
             static_cast<double>(speed.peak_memory) / (1 << 20));
  for (const SearchSpeed& search : speed.searches)
    fmt::print("  search {:12} L = {:<4}    {:>10.1f} s  ({:.1f} % of brute force's images)\n",
               search.ranges, search.levels, search.seconds, 100 * search.share_measured);
  fmt::print("  signature of the outputs     {}\n", speed.signature.substr(0, 16));
}

void run_bench(const BenchArguments& arguments, Context& context) {
  const RunConfig config = arguments.config.read(context.progress);
  if (arguments.options.search) require_stated_levels(config.search, "bench --search");
  const NetworkSpeed speed = measure_speed(config, arguments.options, context.job());
  if (arguments.json) {
    fmt::print("{}", to_json({speed}));
  } else {
    print_speed(speed);
  }
}

}  // namespace

void add_bench(Command app, Context& context) {
  auto arguments = std::make_shared<BenchArguments>();
  Command command = app.subcommand(
      "bench", "Speed of a network on its array, medians; ratios are measured in turn");
  command.footer("Example: bitline bench examples/bench-resnet20.toml --json");
  arguments->config.add_to(command);
  command.option("--images", arguments->options.images, "Images per measurement")
      .between(1, 1 << 20);
  command.option("--levels", arguments->options.levels, "ADC levels").between(2, 1 << 20);
  command.option("--runs", arguments->options.runs, "Rounds, of which the median counts")
      .between(1, 1000);
  command.flag("--search", arguments->options.search,
               "Also time the searches that [search] asks for");
  command.json_flag(arguments->json);
  command.runs([arguments, &context] { run_bench(*arguments, context); });
}

}  // namespace bitline::cli
