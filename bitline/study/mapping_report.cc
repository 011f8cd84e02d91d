#include "bitline/study/mapping_report.h"

#include <nlohmann/json.hpp>

#include "bitline/mapping/layout.h"
#include "bitline/study/placement.h"

namespace bitline {
namespace {

using Json = nlohmann::ordered_json;

Json array_json(const ArraySpec& array) {
  return {{"rows", array.rows},
          {"driven_rows", array.driven_rows()},
          {"columns", array.columns},
          {"cell_bits", array.cell_bits},
          {"dac_bits", array.dac_bits},
          {"encoding", name_of(array.encoding)},
          {"subtract", name_of(array.subtract)},
          {"offset_removal", name_of(array.offset_removal)},
          {"column_flip", name_of(array.column_flip)},
          {"row_order", name_of(array.row_order)},
          {"tile_cut", name_of(array.tile_cut)},
          {"activation_encoding", name_of(array.activation_encoding)},
          {"columns_per_adc", array.columns_per_adc}};
}

std::string_view name_of(Place place) {
  constexpr std::string_view kNames[] = {"array", "integers", "real", "digital"};
  return kNames[static_cast<std::size_t>(place)];
}

void add_layout(const CimLayer& layer, Json& node) {
  const LayerLayout layout = layout_of(layer);
  node["fan_in"] = layout.fan_in;
  node["tiles"] = layout.tiles;
  node["planes"] = layout.planes;
  node["streams"] = layout.streams;
  node["arrays"] = layout.arrays;
  node["columns"] = layout.physical_columns;
  node["utilisation"] = layout.cell_utilisation;
  node["adcs"] = layout.adcs;
  node["sums"] = {layer.sums.minimum, layer.sums.maximum};
  node["partial_sum_bits"] = layout.partial_sum_bits;
  node["accumulator_bits"] = layout.accumulator_bits;
  node["conversions"] = layout.conversions;
  node["reference_conversions"] = layout.reference_conversions;
  node["notes"] = layout.notes;
}

}  // namespace

std::string mapping_json(const Executor& executor, const ArraySpec& array) {
  Json nodes = Json::array();
  for (const Placement& placement : placements_of(executor, array)) {
    Json node{{"name", placement.node},
              {"operator", placement.op},
              {"shape", placement.shape},
              {"place", name_of(placement.place)},
              {"reason", placement.reason}};
    if (placement.place == Place::kArray)
      add_layout(executor.cim_layer(executor.step_of(placement.node)), node);
    nodes.push_back(std::move(node));
  }
  return Json{{"array", array_json(array)}, {"nodes", std::move(nodes)}}.dump(1) + "\n";
}

}  // namespace bitline
