#include "bitline/study/mapping_report.h"

#include <algorithm>
#include <concepts>
#include <utility>

#include "bitline/mapping/array_fields.h"
#include "bitline/mapping/layout.h"
#include "bitline/runtime/layer_probe.h"
#include "bitline/runtime/stays_digital.h"

namespace bitline {
namespace {

MappingRecord::Array record_of(ArraySpec array) {
  MappingRecord::Array record;
  std::string in_words = adcs_in_words(array);
  // Whichever way it was said, both.
  array.columns_per_adc = array.inputs_per_adc();
  array.bit_lines_per_adc = array.columns_per_adc * array.bit_lines_per_input();
  visit_fields(array, [&](const FieldText& field, const auto& value, const auto&...) {
    if (field.key == "active_rows")
      record.keys.emplace_back("driven_rows", array.driven_rows());
    else if constexpr (std::integral<std::decay_t<decltype(value)>>)
      record.keys.emplace_back(field.key, std::int64_t{value});
    else
      record.keys.emplace_back(field.key, std::string(name_of(value)));
  });
  record.keys.emplace_back("adcs", in_words);
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

/// The keys in which the layer's array differs from that of all.
MappingRecord::Array own_keys(const NetworkArrays& arrays, const std::string& layer) {
  const MappingRecord::Array common = record_of(arrays.common);
  MappingRecord::Array own = record_of(arrays.of(layer));
  std::erase_if(own.keys, [&common](const auto& key) {
    return std::ranges::find(common.keys, key) != common.keys.end();
  });
  return own;
}

}  // namespace

MappingRecord mapping_record(const Executor& executor, const NetworkArrays& array) {
  MappingRecord record{record_of(array.common), {}};
  for (const Placement& placement : placements_of(executor)) {
    MappingRecord::Node node{placement.node,  std::string(placement.op), placement.shape,
                             placement.place, placement.reason,          std::nullopt};
    if (placement.place == Place::kArray) {
      node.layout = record_of(LayerProbe(executor, executor.step_of(placement.node)).cim_layer());
      node.array = own_keys(array, placement.node);
    }
    record.nodes.push_back(std::move(node));
  }
  return record;
}

}  // namespace bitline
