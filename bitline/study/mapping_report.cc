#include "bitline/study/mapping_report.h"

#include <utility>

#include "bitline/mapping/layout.h"
#include "bitline/runtime/layer_probe.h"
#include "bitline/runtime/stays_digital.h"

namespace bitline {
namespace {

MappingRecord::Array record_of(const ArraySpec& array) {
  MappingRecord::Array record;
  record.rows = array.rows;
  record.driven_rows = array.driven_rows();
  record.columns = array.columns;
  record.cell_bits = array.cell_bits;
  record.dac_bits = array.dac_bits;
  record.encoding = name_of(array.encoding);
  record.subtract = name_of(array.subtract);
  record.offset_removal = name_of(array.offset_removal);
  record.column_flip = name_of(array.column_flip);
  record.row_order = name_of(array.row_order);
  record.tile_cut = name_of(array.tile_cut);
  record.activation_encoding = name_of(array.activation_encoding);
  record.columns_per_adc = array.columns_per_adc;
  return record;
}

MappingRecord::Layout record_of(const CimLayer& layer) {
  const LayerLayout layout = layout_of(layer);
  MappingRecord::Layout record;
  record.fan_in = layout.fan_in;
  record.tiles = layout.tiles;
  record.planes = layout.planes;
  record.streams = layout.streams;
  record.arrays = layout.arrays;
  record.columns = layout.physical_columns;
  record.utilisation = layout.cell_utilisation;
  record.adcs = layout.adcs;
  record.smallest_sum = layer.sums.minimum;
  record.largest_sum = layer.sums.maximum;
  record.partial_sum_bits = layout.partial_sum_bits;
  record.accumulator_bits = layout.accumulator_bits;
  record.conversions = layout.conversions;
  record.reference_conversions = layout.reference_conversions;
  record.notes = layout.notes;
  return record;
}

}  // namespace

MappingRecord mapping_record(const Executor& executor, const ArraySpec& array) {
  MappingRecord record{record_of(array), {}};
  for (const Placement& placement : placements_of(executor)) {
    MappingRecord::Node node{placement.node,  std::string(placement.op), placement.shape,
                             placement.place, placement.reason,          std::nullopt};
    if (placement.place == Place::kArray)
      node.layout = record_of(LayerProbe(executor, executor.step_of(placement.node)).cim_layer());
    record.nodes.push_back(std::move(node));
  }
  return record;
}

}  // namespace bitline
