#include "bitline/record/cost_record.h"

#include "bitline/base/fail.h"
#include "bitline/record/json_fields.h"

namespace bitline {
namespace {

using Breakdown = CostRecord::Breakdown;
using Layer = CostRecord::Layer;
using Design = CostRecord::Design;

constexpr std::string_view kTotal = "total";

Json json_of(const Breakdown& breakdown) {
  Json json;
  for (const auto& [circuit, value] : breakdown.circuits) json[circuit] = value;
  json[std::string(kTotal)] = breakdown.total;
  return json;
}

Json json_of(const Layer& layer) {
  return {{"name", layer.name},
          {"levels", layer.levels},
          {"area_mm2", json_of(layer.area)},
          {"energy_nj_per_image", json_of(layer.energy)},
          {"time_us_per_image", layer.time}};
}

Json json_of(const Design& design) {
  Json json{{"area_mm2", json_of(design.area)},
            {"area_by_layer_mm2", json_of(design.area_by_layer)},
            {"energy_nj_per_image", json_of(design.energy)},
            {"time_us_per_image", design.time},
            {"images_per_second", design.images_per_second},
            {"tops_per_watt", design.tops_per_watt},
            {"one_bit_tops_per_watt", design.one_bit_tops_per_watt},
            {"tops_per_mm2", design.tops_per_mm2},
            {"one_bit_tops_per_mm2", design.one_bit_tops_per_mm2},
            {"layers", Json::array()}};
  for (const Layer& layer : design.layers) json["layers"].push_back(json_of(layer));
  return json;
}

Breakdown read_breakdown(const Json& json) {
  Breakdown breakdown;
  breakdown.total = field<double>(json, "total");
  for (const auto& [circuit, value] : json.items())
    if (circuit != kTotal)
      breakdown.circuits.emplace_back(circuit, field<double>(json, circuit.c_str()));
  return breakdown;
}

Layer read_layer(const Json& json) {
  return {field<std::string>(json, "name"), field<std::int64_t>(json, "levels"),
          part(json, "area_mm2", read_breakdown), part(json, "energy_nj_per_image", read_breakdown),
          field<double>(json, "time_us_per_image")};
}

Design read_design(const Json& json) {
  Design design;
  design.area = part(json, "area_mm2", read_breakdown);
  design.area_by_layer = part(json, "area_by_layer_mm2", read_breakdown);
  design.energy = part(json, "energy_nj_per_image", read_breakdown);
  design.time = field<double>(json, "time_us_per_image");
  design.images_per_second = field<double>(json, "images_per_second");
  design.tops_per_watt = field<double>(json, "tops_per_watt");
  design.one_bit_tops_per_watt = field<double>(json, "one_bit_tops_per_watt");
  design.tops_per_mm2 = field<double>(json, "tops_per_mm2");
  design.one_bit_tops_per_mm2 = field<double>(json, "one_bit_tops_per_mm2");
  design.layers = list_of(json, "layers", read_layer);
  return design;
}

CostRecord read_cost(const Json& json) {
  CostRecord cost;
  cost.technology = field<std::string>(json, "technology");
  cost.adc = field<std::string>(json, "adc");
  cost.plan = part(json, "plan", read_design);
  cost.dummy_column = field<bool>(json, "dummy_column");
  cost.idle_reads = optional_field<std::map<std::string, double>>(json, "idle_reads");
  cost.baseline_levels = field<std::int64_t>(json, "baseline_levels");
  cost.baseline = part(json, "baseline", read_design);
  cost.area_saved = field<double>(json, "area_saved");
  cost.area_saved_by_layer = field<double>(json, "area_saved_by_layer");
  cost.energy_saved = field<double>(json, "energy_saved");
  cost.notes = newer_field<std::vector<std::string>>(json, "notes");
  if (cost.plan.layers.size() != cost.baseline.layers.size())
    fail("the plan has {} layers and the baseline {}", cost.plan.layers.size(),
         cost.baseline.layers.size());
  return cost;
}

}  // namespace

std::string to_json(const CostRecord& cost) {
  Json json{{"technology", cost.technology},
            {"adc", cost.adc},
            {"plan", json_of(cost.plan)},
            {"dummy_column", cost.dummy_column}};
  if (cost.idle_reads) json["idle_reads"] = *cost.idle_reads;
  json["baseline_levels"] = cost.baseline_levels;
  json["baseline"] = json_of(cost.baseline);
  json["area_saved"] = cost.area_saved;
  json["area_saved_by_layer"] = cost.area_saved_by_layer;
  json["energy_saved"] = cost.energy_saved;
  if (!cost.notes.empty()) json["notes"] = cost.notes;
  return json_text(json, 2) + "\n";
}

CostRecord cost_from_json(std::string_view text) {
  return read_document("a record of costs", text, read_cost);
}

}  // namespace bitline
