#include "bitline/study/cost_report.h"

#include <nlohmann/json.hpp>

#include "bitline/evaluate/zero_detection.h"
#include "bitline/study/inputs.h"

namespace bitline {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kSquareMicrometres = 1e-6;  // in mm²
constexpr double kPicojoules = 1e-3;         // in nJ
constexpr double kNanoseconds = 1e-3;        // in µs

Json json_of(const Breakdown& breakdown, double unit) {
  Json json;
  for (std::size_t i = 0; i < kCircuits; ++i)
    json[std::string(name_of(static_cast<Circuit>(i)))] = unit * breakdown.parts[i];
  json["total"] = unit * breakdown.total();
  return json;
}

Json json_of(const NetworkCost& network) {
  Json json;
  json["area_mm2"] = json_of(network.area_one_design, kSquareMicrometres);
  json["area_by_layer_mm2"] = json_of(network.area, kSquareMicrometres);
  json["energy_nj_per_image"] = json_of(network.energy, kPicojoules);
  json["time_us_per_image"] = kNanoseconds * network.time;
  json["images_per_second"] = 1e9 / network.slowest_time;
  json["tops_per_watt"] = network.tops_per_watt();
  json["one_bit_tops_per_watt"] = network.one_bit_tops_per_watt();
  json["tops_per_mm2"] = network.tops_per_mm2();
  json["one_bit_tops_per_mm2"] = network.one_bit_tops_per_mm2();
  for (const NetworkCost::Layer& layer : network.layers)
    json["layers"].push_back({{"name", layer.name},
                              {"levels", layer.cost.levels},
                              {"area_mm2", json_of(layer.cost.area, kSquareMicrometres)},
                              {"energy_nj_per_image", json_of(layer.cost.energy, kPicojoules)},
                              {"time_us_per_image", kNanoseconds * layer.cost.time}});
  return json;
}

std::vector<std::string> notes_on(const CostConfig& cost, const ArraySpec& array) {
  if (!cost.technology.empty() || (array.cell_bits == 1 && array.dac_bits == 1)) return {};
  return {fmt::format(
      "the default technology has cells and DACs of one bit: those of cell_bits = {} and dac_bits "
      "= {} cost more than what arrays and word-line drivers show here; give cost.technology",
      array.cell_bits, array.dac_bits)};
}

}  // namespace

Technology load_technology(const CostConfig& cost) {
  return read_technology(cost.technology.empty() ? Config::from_text(technology_32nm(), "32nm.toml")
                                                 : Config::from_file(cost.technology));
}

void check_levels(const CostConfig& cost, std::span<const std::int64_t> levels) {
  const Technology technology = load_technology(cost);
  adc_cost(cost.adc, cost.baseline_levels, technology);
  for (const std::int64_t count : levels) adc_cost(cost.adc, count, technology);
}

CostOptions load_cost_options(const RunConfig& config, const Executor& executor,
                              const AdcPlan& plan, const Dataset& sample, const Job& job) {
  const CostConfig cost = config.cost_or_default();
  CostOptions options{cost.adc, load_technology(cost), cost.dummy_column, {}};
  if (cost.zero_detection)
    options.idle_shares = idle_shares(executor, plan, normalized_images(sample, config.data), job);
  return options;
}

CostComparison compare_cost(const Executor& executor, const AdcPlan& plan, const CostConfig& cost,
                            const CostOptions& options) {
  check_any_on_array(executor);
  executor.prepare(plan);  // of this network and array, or throws
  const std::vector<const CimLayer*> layers = executor.cim_layers();
  const auto baseline = [&](const CimLayer&) { return cost.baseline_levels; };
  return {network_cost(layers, levels_of(plan), options), network_cost(layers, baseline, options),
          notes_on(cost, layers.front()->array)};
}

std::string to_json(const CostComparison& comparison, const CostConfig& cost,
                    const CostOptions& options) {
  Json json;
  json["technology"] = options.technology.name;
  json["adc"] = std::string(name_of(cost.adc));
  json["plan"] = json_of(comparison.plan);
  json["dummy_column"] = cost.dummy_column;
  if (cost.zero_detection) json["idle_reads"] = options.idle_shares;
  json["baseline_levels"] = cost.baseline_levels;
  json["baseline"] = json_of(comparison.baseline);
  json["area_saved"] = comparison.area_saved();
  json["area_saved_by_layer"] = comparison.area_saved_by_layer();
  json["energy_saved"] = comparison.energy_saved();
  if (!comparison.notes.empty()) json["notes"] = comparison.notes;
  return json.dump(2) + "\n";
}

}  // namespace bitline
