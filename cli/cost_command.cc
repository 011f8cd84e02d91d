// bitline cost: area, energy and time of a network on its arrays under a plan.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <numeric>
#include <vector>

#include "bitline/study/cost_report.h"
#include "bitline/study/inputs.h"
#include "bitline/study/search_sample.h"
#include "cli/command.h"
#include "cli/json_output.h"

namespace bitline::cli {
namespace {

struct CostArguments {
  ConfigArguments config;
  std::string plan;
  bool json = false;
};

double share(const Breakdown& breakdown, Circuit circuit) {
  return 100 * breakdown[circuit] / breakdown.total();
}

void print_layers(const NetworkCost& cost) {
  fmt::print("{:<28} {:>6} {:>11} {:>8} {:>15} {:>8} {:>10}\n", "layer", "levels", "area, mm2",
             "ADCs", "energy, nJ", "ADCs", "time, us");
  for (const auto& [name, layer] : cost.layers)
    fmt::print("{:<28} {:>6} {:>11.4f} {:>6.1f} % {:>15.2f} {:>6.1f} % {:>10.2f}\n", name,
               layer.levels, layer.area.total() / 1e6, share(layer.area, Circuit::kAdcs),
               layer.energy.total() / 1e3, share(layer.energy, Circuit::kAdcs), layer.time / 1e3);
}

void print_circuits(const NetworkCost& cost) {
  fmt::print("\n{:<28} {:>18} {:>27}\n", "circuit", "area, mm2", "energy, nJ per image");
  for (std::size_t i = 0; i < kCircuits; ++i) {
    const auto circuit = static_cast<Circuit>(i);
    fmt::print("{:<28} {:>18.4f} {:>6.1f} % {:>18.2f} {:>6.1f} %\n", name_of(circuit),
               cost.area_one_design[circuit] / 1e6, share(cost.area_one_design, circuit),
               cost.energy[circuit] / 1e3, share(cost.energy, circuit));
  }
  fmt::print("{:<28} {:>18.4f} {:>27.2f}\n", "total", cost.area_one_design.total() / 1e6,
             cost.energy.total() / 1e3);
}

void print_speed(const NetworkCost& cost) {
  fmt::print("\n{:.1f} us per image, {:.0f} images per second with layers in a pipeline\n",
             cost.time / 1e3, 1e9 / cost.slowest_time);
  fmt::print(
      "{:.2f} TOPS/W, {:.3f} TOPS/mm2, counting two operations for each multiply-accumulate\n",
      cost.tops_per_watt(), cost.tops_per_mm2());
  fmt::print(
      "{:.1f} TOPS/W, {:.2f} TOPS/mm2 of one-bit operations: two for each bit of a cell times bit "
      "of "
      "an input\n",
      cost.one_bit_tops_per_watt(), cost.one_bit_tops_per_mm2());
}

void print_idle_reads(const CostOptions& options) {
  fmt::print("\nReads that drive no word line and are not converted, on the search sample:\n");
  for (const auto& [layer, share] : options.idle_shares)
    fmt::print("{:<28} {:>6.1f} %\n", layer, 100 * share);
}

/// "12.3 % of the area saved"; of a plan that costs more, "7.6 times the area".
std::string saved(double share, std::string_view what) {
  if (share < 0) return fmt::format("{:.1f} times the {}", 1 - share, what);
  return fmt::format("{:.1f} % of the {} saved", 100 * share, what);
}

/// Which circuits cost most, where there is nothing to compare.
std::string drivers(const Breakdown& breakdown) {
  std::vector<std::size_t> order(kCircuits);
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, std::greater<>(),
                           [&](std::size_t i) { return breakdown.parts[i]; });
  const auto part = [&](std::size_t place) {
    const auto circuit = static_cast<Circuit>(order[place]);
    return fmt::format("{} {:.1f} %", name_of(circuit), share(breakdown, circuit));
  };
  return fmt::format("{} and {}", part(0), part(1));
}

void print_savings(const CostComparison& comparison, std::int64_t baseline_levels) {
  const NetworkCost& plan = comparison.plan;
  if (comparison.area_saved() == 0 && comparison.area_saved_by_layer() == 0 &&
      comparison.energy_saved() == 0) {
    fmt::print(
        "\nThis is the design that savings are counted from ({} levels in every ADC, "
        "cost.baseline_levels). Most of its energy: {}; of its area: {}\n",
        baseline_levels, drivers(plan.energy), drivers(plan.area_one_design));
    return;
  }
  fmt::print(
      "\nAgainst {} levels in every ADC: {} with one ADC design on the chip, {} with one per "
      "layer; {}\n",
      baseline_levels, saved(comparison.area_saved(), "area"),
      saved(comparison.area_saved_by_layer(), "area"), saved(comparison.energy_saved(), "energy"));
}

void print_comparison(const CostComparison& comparison, const CostConfig& cost,
                      const CostOptions& options, const ArraySpec& array) {
  print_layers(comparison.plan);
  print_circuits(comparison.plan);
  print_speed(comparison.plan);
  fmt::print("ADCs: {}\n", adcs_in_words(array));
  print_savings(comparison, cost.baseline_levels);
  fmt::print(
      "Technology: {}, {} ADCs, which take {:.1f} % of the energy with {} levels in each "
      "(cost.adc_share); areas of circuits are of the chip with one ADC design\n",
      options.technology.name, name_of(cost.adc), share(comparison.baseline.energy, Circuit::kAdcs),
      cost.baseline_levels);
  for (const std::string& note : comparison.notes) fmt::print("Note: {}\n", note);
  if (cost.zero_detection) print_idle_reads(options);
}

void run_cost(const CostArguments& arguments, Context& context) {
  RunConfig config = arguments.config.read(context.progress);
  const CostConfig cost = config.cost_or_default();
  const Network network = load_network(config);
  const Executor executor(network, MacMode::kAnalog, config.array, Engine::kFused,
                          context.progress);
  const AdcPlan plan = arguments.config.read_plan();
  Dataset sample;  // costs need no data without zero detection
  if (cost.zero_detection) sample = load_search_sample(config.data, config.seed, context.job());
  const CostOptions options = load_cost_options(config, executor, plan, sample, context.job());
  const CostComparison comparison = compare_cost(executor, plan, cost, options);
  if (arguments.json) {
    fmt::print("{}", to_json(record_of(comparison, cost, options)));
  } else {
    print_comparison(comparison, cost, options, config.array.common);
  }
}

}  // namespace

void add_cost(Command app, Context& context) {
  auto arguments = std::make_shared<CostArguments>();
  Command command =
      app.subcommand("cost", "Area, energy and time of the network on its arrays, layer by layer");
  command.footer("Example: bitline cost examples/quickstart.toml --plan plan.json");
  arguments->config.add_to(command, arguments->plan,
                           "ADC plan (JSON); without one, ADCs have a level for each possible sum");
  command.json_flag(arguments->json);
  command.runs([arguments, &context] { run_cost(*arguments, context); });
}

}  // namespace bitline::cli
