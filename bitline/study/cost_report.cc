#include "bitline/study/cost_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "bitline/evaluate/zero_detection.h"
#include "bitline/study/inputs.h"

namespace bitline {
namespace {

constexpr double kSquareMicrometres = 1e-6;  // in mm²
constexpr double kPicojoules = 1e-3;         // in nJ
constexpr double kNanoseconds = 1e-3;        // in µs

CostRecord::Breakdown record_of(const Breakdown& breakdown, double unit) {
  CostRecord::Breakdown record;
  for (std::size_t i = 0; i < kCircuits; ++i)
    record.circuits.emplace_back(name_of(static_cast<Circuit>(i)), unit * breakdown.parts[i]);
  record.total = unit * breakdown.total();
  return record;
}

CostRecord::Design record_of(const NetworkCost& network) {
  CostRecord::Design record;
  record.area = record_of(network.area_one_design, kSquareMicrometres);
  record.area_by_layer = record_of(network.area, kSquareMicrometres);
  record.energy = record_of(network.energy, kPicojoules);
  record.time = kNanoseconds * network.time;
  record.images_per_second = 1e9 / network.slowest_time;
  record.tops_per_watt = network.tops_per_watt();
  record.one_bit_tops_per_watt = network.one_bit_tops_per_watt();
  record.tops_per_mm2 = network.tops_per_mm2();
  record.one_bit_tops_per_mm2 = network.one_bit_tops_per_mm2();
  for (const auto& [name, cost] : network.layers)
    record.layers.push_back({name, cost.levels, record_of(cost.area, kSquareMicrometres),
                             record_of(cost.energy, kPicojoules), kNanoseconds * cost.time});
  return record;
}

using Layers = std::span<const CimLayer* const>;

LevelsOf baseline_of(const CostConfig& cost) {
  return [levels = cost.baseline_levels](const CimLayer&) { return levels; };
}

/// By which the ADCs' energy is multiplied, so that their share of the baseline's is as asked for:
/// from a / (a + b) to s a / (s a + b) = share.
double adc_energy_scale(const CostConfig& cost, Layers layers, const CostOptions& options) {
  if (!cost.adc_share) return 1;
  const Breakdown energy = network_cost(layers, baseline_of(cost), options).energy;
  const double adcs = energy[Circuit::kAdcs];
  return *cost.adc_share / (1 - *cost.adc_share) * (energy.total() - adcs) / adcs;
}

std::string area_and_energy(const NetworkCost& cost) {
  return fmt::format("{:.3f} mm2 and {:.2f} nJ per image",
                     kSquareMicrometres * cost.area_one_design.total(),
                     kPicojoules * cost.energy.total());
}

std::string one_bit_note(const CostConfig& cost, Layers layers) {
  const auto wide = std::ranges::find_if(layers, [](const CimLayer* layer) {
    return layer->array.cell_bits != 1 || layer->array.dac_bits != 1;
  });
  if (!cost.technology.empty() || wide == layers.end()) return "";
  const ArraySpec& array = (*wide)->array;
  return fmt::format(
      "the default technology has cells and DACs of one bit: those of cell_bits = {} and dac_bits "
      "= {} cost more than what arrays and word-line drivers show here; give cost.technology",
      array.cell_bits, array.dac_bits);
}

/// A comparator for each of hundreds of levels is a design that nobody builds.
std::string flash_note(Layers layers, const LevelsOf& levels, CostOptions options) {
  const bool has_all_levels = std::ranges::any_of(
      layers, [&](const CimLayer* layer) { return levels(*layer) >= layer->sums.count(); });
  if (options.adc != adc_models::kFlash || !has_all_levels) return "";
  options.adc = adc_models::kSar;
  return fmt::format(
      "a flash ADC with a level for each possible sum is seldom built; with SAR ADCs of as many "
      "levels (cost.adc = \"sar\") it were {}",
      area_and_energy(network_cost(layers, levels, options)));
}

std::string survey_note(Layers layers, const LevelsOf& levels, CostOptions options) {
  if (options.adc != adc_models::kSurvey) return "";
  const auto at = [&](double Spread::*end) {
    CostOptions there = options;
    there.technology = at_end_of_survey(options.technology, end);
    return area_and_energy(network_cost(layers, levels, there));
  };
  return fmt::format("by the error bars of its ADCs from {} to {}", at(&Spread::low),
                     at(&Spread::high));
}

/// What the technology itself says is fitted or of another circuit, and which file to replace.
std::string technology_note(const CostConfig& cost, const Technology& technology) {
  if (technology.notes.empty()) return "";
  const std::string file =
      cost.technology.empty()
          ? "bitline/cost/32nm.toml; a copy with your numbers goes into cost.technology"
          : cost.technology.string();
  return fmt::format("technology \"{}\" ({}): {}", technology.name, file,
                     fmt::join(technology.notes, "; "));
}

/// Layers that stay digital have no part in any figure.
std::string digital_note(const Executor& executor) {
  std::vector<std::string> digital;
  for (const Node& node : executor.network().nodes)
    if (is_layer(node) && executor.place_of(node.name).place != Place::kArray)
      digital.push_back(node.name);
  if (digital.empty()) return "";
  return fmt::format("layers that are digital are not counted: {}", fmt::join(digital, ", "));
}

/// Levels that the hardware does not have are counted all the same.
std::string limit_note(Layers layers, const LevelsOf& levels) {
  const auto beyond = std::ranges::find_if(layers, [&](const CimLayer* layer) {
    return levels(*layer) > layer->array.levels_within(levels(*layer));
  });
  if (beyond == layers.end()) return "";
  return fmt::format(
      "layer {} has {} levels here, and array.adc_levels allows {}: name a plan for the ADCs of "
      "the hardware",
      (*beyond)->name, levels(**beyond), (*beyond)->array.adc_levels);
}

std::string model_note(const CostConfig& cost) {
  if (cost.adc != adc_models::kAndrulis) return "";
  return "the regression is fitted to the best published converters; compare its plans with each "
         "other, not with those of flash or sar (220 times its energy at 16 levels, 3 times at "
         "256)";
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
  CostOptions options{cost.adc, load_technology(cost), cost.dummy_column, {}, 1};
  if (cost.zero_detection)
    options.idle_shares = idle_shares(
        executor, plan, normalized_images(executor.network(), sample, config.data), job);
  options.adc_energy_scale = adc_energy_scale(cost, executor.cim_layers(), options);
  return options;
}

CostComparison compare_cost(const Executor& executor, const AdcPlan& plan, const CostConfig& cost,
                            const CostOptions& options) {
  check_any_on_array(executor);
  executor.prepare(plan);  // of this network and array, or throws
  const std::vector<const CimLayer*> layers = executor.cim_layers();
  const LevelsOf levels = levels_of(plan);
  CostComparison comparison{
      network_cost(layers, levels, options), network_cost(layers, baseline_of(cost), options), {}};
  for (const std::string& note :
       {one_bit_note(cost, layers), flash_note(layers, levels, options),
        survey_note(layers, levels, options), model_note(cost), limit_note(layers, levels),
        technology_note(cost, options.technology), digital_note(executor)})
    if (!note.empty()) comparison.notes.push_back(note);
  return comparison;
}

CostRecord record_of(const CostComparison& comparison, const CostConfig& cost,
                     const CostOptions& options) {
  CostRecord record;
  record.technology = options.technology.name;
  record.adc = name_of(cost.adc);
  record.plan = record_of(comparison.plan);
  record.dummy_column = cost.dummy_column;
  if (cost.zero_detection) record.idle_reads = options.idle_shares;
  record.baseline_levels = cost.baseline_levels;
  record.baseline = record_of(comparison.baseline);
  record.area_saved = comparison.area_saved();
  record.area_saved_by_layer = comparison.area_saved_by_layer();
  record.energy_saved = comparison.energy_saved();
  record.notes = comparison.notes;
  return record;
}

}  // namespace bitline
