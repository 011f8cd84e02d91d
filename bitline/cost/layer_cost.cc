#include "bitline/cost/layer_cost.h"

#include <algorithm>
#include <numeric>

#include "bitline/mapping/layout.h"

namespace bitline {
namespace {

constexpr double kFemtoPerPico = 1000;
constexpr double kBitsPerByte = 8;

double dummy_columns(const CostOptions& options) { return options.dummy_column ? 1 : 0; }

/// Of the weights' columns, and of the reference columns, whose ADCs tell all sums apart.
struct Adcs {
  AdcCost columns, references;
};

Adcs adcs_of(const CimLayer& layer, std::int64_t levels, const CostOptions& options) {
  Adcs adcs;
  adcs.columns = adc_cost(options.adc, levels, options.technology);
  if (layer.has_reference_column())
    adcs.references = with_context("ADC of its reference column", [&] {
      return adc_cost(options.adc, layer.reference_sums.maximum - layer.reference_sums.minimum + 1,
                      options.technology);
    });
  return adcs;
}

Breakdown area_of(const CimLayer& layer, const LayerLayout& layout, const Adcs& adc,
                  const CostOptions& options) {
  const Technology& technology = options.technology;
  const auto arrays = static_cast<double>(layout.arrays);
  const auto rows = static_cast<double>(layer.array.rows);
  const auto columns = static_cast<double>(layer.array.columns);
  const auto adcs = static_cast<double>(layout.adcs);
  const auto references = static_cast<double>(layout.reference_adcs);
  const auto inputs = static_cast<double>(layout.fan_in * layer.geometry.groups);
  const auto channels = static_cast<double>(layer.geometry.out_channels);
  Breakdown area;
  area[Circuit::kArrays] =
      arrays * rows * (columns + dummy_columns(options)) * technology.cell_area;
  area[Circuit::kWordLineDrivers] = arrays * rows * technology.driver_area;
  area[Circuit::kColumnMultiplexers] = arrays * columns * technology.multiplexer_area;
  area[Circuit::kAdcs] = adcs * adc.columns.area + references * adc.references.area;
  area[Circuit::kShiftAdd] = (adcs + references) * technology.shift_add_area;
  area[Circuit::kAccumulators] = channels * layout.accumulator_bits * technology.accumulator_area;
  area[Circuit::kBuffers] = inputs * layer.streams.bits / kBitsPerByte * technology.buffer_area;
  return area;
}

Breakdown energy_of(const CimLayer& layer, const LayerLayout& layout, const Adcs& adc,
                    const CostOptions& options) {
  const Technology& technology = options.technology;
  const auto known = options.idle_shares.find(layer.name);
  const double converted = known == options.idle_shares.end() ? 1 : 1 - known->second;
  const auto word_lines = static_cast<double>(layout.driven_word_lines);
  const auto positions = static_cast<double>(layer.positions());
  const double of_columns = converted * static_cast<double>(layout.conversions);
  const double of_references = converted * static_cast<double>(layout.reference_conversions);
  const double conversions = of_columns + of_references;
  const double sums = positions * static_cast<double>(layer.geometry.out_channels * layout.tiles);
  const auto inputs = static_cast<double>(layout.fan_in * layer.geometry.groups);
  Breakdown energy;
  energy[Circuit::kArrays] =
      (static_cast<double>(layout.cell_reads) + word_lines * dummy_columns(options)) *
      technology.cell_energy;
  energy[Circuit::kWordLineDrivers] =
      word_lines * static_cast<double>(layer.array.columns) * technology.driver_energy;
  energy[Circuit::kColumnMultiplexers] = conversions * technology.multiplexer_energy;
  energy[Circuit::kAdcs] = of_columns * adc.columns.energy + of_references * adc.references.energy;
  energy[Circuit::kShiftAdd] = conversions * technology.shift_add_energy;
  energy[Circuit::kAccumulators] = sums * layout.accumulator_bits * technology.accumulator_energy;
  energy[Circuit::kBuffers] =
      positions * inputs * layer.streams.bits / kBitsPerByte * technology.buffer_energy;
  for (double& part : energy.parts) part /= kFemtoPerPico;
  return energy;
}

/// ns: the ADCs of an array work at once, each on its columns one after the other.
double read_time(const CimLayer& layer, const Adcs& adc, const Technology& technology) {
  const double columns = static_cast<double>(layer.array.columns_per_adc) * adc.columns.time;
  return technology.read_time + std::max(columns, adc.references.time);
}

}  // namespace

double Breakdown::total() const { return std::accumulate(parts.begin(), parts.end(), 0.0); }

Breakdown& Breakdown::operator+=(const Breakdown& other) {
  for (std::size_t i = 0; i < kCircuits; ++i) parts[i] += other.parts[i];
  return *this;
}

LayerCost layer_cost(const CimLayer& layer, std::int64_t levels, const CostOptions& options) {
  const LayerLayout layout = layout_of(layer);
  const Adcs adc = adcs_of(layer, levels, options);
  LayerCost cost;
  cost.levels = levels;
  cost.area = area_of(layer, layout, adc, options);
  cost.energy = energy_of(layer, layout, adc, options);
  cost.time = static_cast<double>(layout.longest_reads) * read_time(layer, adc, options.technology);
  cost.one_bit_operations = 2.0 * static_cast<double>(layout.bit_products);
  cost.operations =
      2.0 * static_cast<double>(layer.positions() * layer.geometry.out_channels * layout.fan_in);
  return cost;
}

}  // namespace bitline
