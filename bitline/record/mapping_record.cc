#include "bitline/record/mapping_record.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "bitline/base/fail.h"
#include "bitline/record/json_fields.h"

namespace bitline {
namespace {

using Array = MappingRecord::Array;
using Layout = MappingRecord::Layout;
using Node = MappingRecord::Node;

std::string text(const Json& json, const char* name) { return field<std::string>(json, name); }

Json json_of(const Array& array) {
  Json json = Json::object();
  for (const auto& [key, value] : array.keys)
    std::visit([&json, &name = key](const auto& own) { json[name] = own; }, value);
  return json;
}

void add_layout(const Layout& layout, Json& node) {
  node["fan_in"] = layout.fan_in;
  node["tiles"] = layout.tiles;
  node["planes"] = layout.planes;
  node["streams"] = layout.streams;
  node["arrays"] = layout.arrays;
  node["columns"] = layout.columns;
  node["utilisation"] = layout.utilisation;
  node["adcs"] = layout.adcs;
  node["sums"] = {layout.smallest_sum, layout.largest_sum};
  node["partial_sum_bits"] = layout.partial_sum_bits;
  node["accumulator_bits"] = layout.accumulator_bits;
  node["conversions"] = layout.conversions;
  node["reference_conversions"] = layout.reference_conversions;
  node["notes"] = layout.notes;
}

Json json_of(const Node& node) {
  Json json{{"name", node.name},
            {"operator", node.op},
            {"shape", node.shape},
            {"place", name_of(node.place)},
            {"reason", node.reason}};
  if (node.layout) add_layout(*node.layout, json);
  if (!node.array.keys.empty()) json["array"] = json_of(node.array);
  return json;
}

Array read_keys(const Json& json) {
  Array array;
  for (const auto& [key, value] : json.items()) {
    if (value.is_string())
      array.keys.emplace_back(key, value.get<std::string>());
    else
      array.keys.emplace_back(key, whole(json, key.c_str()));
  }
  return array;
}

Array read_array(const Json& json) {
  Array array = read_keys(json);
  // What others ask for is there.
  for (const char* key : {"rows", "driven_rows", "columns", "cell_bits", "dac_bits"})
    array.number(key);
  array.text("encoding");
  return array;
}

template <typename Value>
const Value& value_of(const Array& array, std::string_view key) {
  const auto found = std::ranges::find(array.keys, key, [](const auto& own) { return own.first; });
  if (found == array.keys.end()) fail("field '{}' is missing", key);
  const Value* value = std::get_if<Value>(&found->second);
  if (value == nullptr) fail("field '{}' is not of the kind that it should be", key);
  return *value;
}

Layout read_layout(const Json& json) {
  Layout layout;
  layout.fan_in = whole(json, "fan_in");
  layout.tiles = whole(json, "tiles");
  layout.planes = whole(json, "planes");
  layout.streams = whole(json, "streams");
  layout.arrays = whole(json, "arrays");
  layout.columns = whole(json, "columns");
  layout.utilisation = field<double>(json, "utilisation");
  layout.adcs = whole(json, "adcs");
  const auto sums = field<std::vector<std::int64_t>>(json, "sums");
  if (sums.size() != 2)
    fail("field 'sums' has {} numbers, not the smallest and the largest", sums.size());
  layout.smallest_sum = sums[0];
  layout.largest_sum = sums[1];
  layout.partial_sum_bits = whole(json, "partial_sum_bits");
  layout.accumulator_bits = whole(json, "accumulator_bits");
  layout.conversions = whole(json, "conversions");
  layout.reference_conversions = whole(json, "reference_conversions");
  layout.notes = field<std::vector<std::string>>(json, "notes");
  return layout;
}

Node read_node(const Json& json) {
  Node node{text(json, "name"),
            text(json, "operator"),
            field<std::vector<std::int64_t>>(json, "shape"),
            field<Place>(json, "place"),
            text(json, "reason"),
            std::nullopt};
  if (node.place == Place::kArray) node.layout = read_layout(json);
  if (json.contains("array")) node.array = part(json, "array", read_keys);
  return node;
}

}  // namespace

std::int64_t Array::number(std::string_view key) const {
  return value_of<std::int64_t>(*this, key);
}

const std::string& Array::text(std::string_view key) const {
  return value_of<std::string>(*this, key);
}

std::string Array::in_words() const {
  std::vector<std::string> words;
  for (const auto& [key, value] : keys)
    std::visit([&words, &name = key](
                   const auto& own) { words.push_back(fmt::format("{} = {}", name, own)); },
               value);
  return fmt::format("{}", fmt::join(words, ", "));
}

Json json_of(const MappingRecord& mapping) {
  Json nodes = Json::array();
  for (const Node& node : mapping.nodes) nodes.push_back(json_of(node));
  return {{"array", json_of(mapping.array)}, {"nodes", std::move(nodes)}};
}

std::string to_json(const MappingRecord& mapping) { return json_text(json_of(mapping), 1) + "\n"; }

MappingRecord mapping_from_json(std::string_view text) {
  return read_document("a mapping", text, [](const Json& json) {
    return MappingRecord{part(json, "array", read_array), list_of(json, "nodes", read_node)};
  });
}

}  // namespace bitline
