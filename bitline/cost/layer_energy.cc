#include "bitline/cost/layer_parts.h"

namespace bitline {
namespace {

constexpr double kFemtoPerPico = 1000;

}  // namespace

Breakdown energy_of(const CimLayer& layer, const LayerLayout& layout, const LayerAdcs& adc,
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
  energy[Circuit::kAdcs] = options.adc_energy_scale * (of_columns * adc.columns.energy +
                                                       of_references * adc.references.energy);
  energy[Circuit::kShiftAdd] = conversions * technology.shift_add_energy;
  energy[Circuit::kAccumulators] = sums * layout.accumulator_bits * technology.accumulator_energy;
  energy[Circuit::kBuffers] =
      positions * inputs * layer.streams.bits / kBitsPerByte * technology.buffer_energy;
  for (double& part : energy.parts) part /= kFemtoPerPico;
  return energy;
}

}  // namespace bitline
