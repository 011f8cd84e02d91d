#include "bitline/cost/layer_parts.h"

namespace bitline {

Breakdown area_of(const CimLayer& layer, const LayerLayout& layout, const LayerAdcs& adc,
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

}  // namespace bitline
