#include "bitline/cost/layer_cost.h"

#include <algorithm>
#include <numeric>

#include "bitline/base/fail.h"
#include "bitline/cost/layer_parts.h"

namespace bitline {
namespace {

LayerAdcs adcs_of(const CimLayer& layer, std::int64_t levels, const CostOptions& options) {
  LayerAdcs adcs;
  adcs.columns = adc_cost(options.adc, levels, options.technology);
  if (layer.has_reference_column())
    adcs.references = with_context("ADC of its reference column", [&] {
      return adc_cost(options.adc, layer.reference_sums.count(), options.technology);
    });
  return adcs;
}

/// ns: the ADCs of an array work at once, each on its columns one after the other.
double read_time(const CimLayer& layer, const LayerAdcs& adc, const Technology& technology) {
  const double columns = static_cast<double>(layer.array.inputs_per_adc()) * adc.columns.time;
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
  const LayerAdcs adc = adcs_of(layer, levels, options);
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
