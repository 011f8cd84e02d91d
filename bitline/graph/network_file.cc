#include "bitline/graph/network_file.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "bitline/base/fail.h"
#include "bitline/base/json.h"
#include "bitline/graph/operator_attributes.h"

namespace bitline {
namespace {

/// Version 1 had the first nine operators, and one number for height and width; version 3 has the
/// normalization, version 4 the rules of grids, and the normalization or null. Of the last three
/// the oldest one is written that can say what there is.
constexpr int kFormatVersion = 4;
constexpr int kVersionWithoutRules = 3;
constexpr int kVersionWithoutNormalization = 2;
constexpr int kOldestVersion = 1;
constexpr const char* kMetadataKey = "bitline_network";
constexpr const char* kScaleSuffix = ".quant_scale";

Json node_to_json(const Node& node) {
  Json json{{"name", node.name}, {"operator", name_of(node.op)}, {"inputs", node.inputs}};
  Operator op = node.op;
  std::visit(
      [&json](auto& typed) {
        visit_attributes(typed, [&json](const char* key, auto& member) {
          json["attributes"][key] = attribute_to_json(member);
        });
      },
      op);
  for (const auto& [role, key] : node.parameters) json["parameters"][role] = key;
  return json;
}

/// Attributes that version 1 did not have; their defaults are what it meant.
bool is_new_in_version_2(std::string_view attribute) {
  return attribute == "dilation" || attribute == "padding" || attribute == "ceil";
}

Node node_from_json(const Json& json, int version) {
  Node node{json.at("name"), {}, json.at("inputs"), {}};
  with_context(fmt::format("node '{}'", node.name),
               [&] { node.op = operator_from_name(json.at("operator").get<std::string>()); });
  Json attributes = json.value("attributes", Json::object());
  std::visit(
      [&attributes, version](auto& typed) {
        visit_attributes(typed, [&attributes, version](const char* key, auto& member) {
          if (version == 1 && is_new_in_version_2(key) && !attributes.contains(key)) return;
          attribute_from_json(attributes.at(key), member);
          attributes.erase(key);
        });
      },
      node.op);
  if (!attributes.empty())
    fail("node '{}': attribute '{}' is not known", node.name, attributes.begin().key());
  if (json.contains("parameters")) json.at("parameters").get_to(node.parameters);
  return node;
}

int version_for(const Network& network) {
  const auto divides = [](const auto& entry) { return entry.second.rule == GridRule::kDivide; };
  if (std::ranges::any_of(network.quant, divides)) return kFormatVersion;
  return network.normalization ? kVersionWithoutRules : kVersionWithoutNormalization;
}

Json quant_to_json(const QuantSpec& spec, int version) {
  Json json{{"bits", spec.bits}, {"signed", spec.is_signed},      {"narrow", spec.narrow},
            {"odd", spec.odd},   {"zero_point", spec.zero_point}, {"axis", spec.axis}};
  if (version > kVersionWithoutRules) json["rule"] = name_of(spec.rule);
  return json;
}

QuantSpec quant_from_json(const Json& json, Tensor scale, int version) {
  QuantSpec spec;
  spec.bits = json.at("bits");
  spec.is_signed = json.at("signed");
  spec.narrow = json.at("narrow");
  spec.odd = json.at("odd");
  if (version > kVersionWithoutRules)
    spec.rule = from_name<GridRule>(json.at("rule").get<std::string>(), ErrorKind::kFailure);
  spec.zero_point = json.value("zero_point", std::int64_t{0});
  spec.axis = json.at("axis");
  spec.scale = std::move(scale);
  return spec;
}

Json normalization_to_json(const Normalization& normalization) {
  return {{"mean", normalization.mean}, {"deviation", normalization.deviation}};
}

Normalization normalization_from_json(const Json& json) {
  Normalization normalization{json.at("mean"), json.at("deviation")};
  validate(normalization);
  return normalization;
}

Network parse(const SafeTensors& file, const Json& json) {
  const int version = json.at("version");
  if (version < kOldestVersion || version > kFormatVersion)
    fail("format version {} is not known; this program reads versions {} to {}", version,
         kOldestVersion, kFormatVersion);
  Network network;
  network.name = json.at("name");
  for (const Json& node : json.at("nodes")) {
    network.nodes.push_back(node_from_json(node, version));
    for (const auto& [role, key] : network.nodes.back().parameters) {
      const auto tensor = file.tensors.find(key);
      if (tensor == file.tensors.end()) fail("tensor '{}' is missing", key);
      network.tensors[key] = tensor->second.clone();
    }
  }
  for (const auto& [name, spec] : json.at("quant").items()) {
    const auto scale = file.tensors.find(name + kScaleSuffix);
    if (scale == file.tensors.end()) fail("tensor '{}{}' is missing", name, kScaleSuffix);
    network.quant[name] = quant_from_json(spec, scale->second.clone(), version);
  }
  if (version > kVersionWithoutNormalization && !json.at("normalization").is_null())
    network.normalization = normalization_from_json(json.at("normalization"));
  return network;
}

}  // namespace

SafeTensors to_safetensors(const Network& network) {
  SafeTensors file;
  const int version = version_for(network);
  Json json{{"version", version},
            {"name", network.name},
            {"nodes", Json::array()},
            {"quant", Json::object()}};
  for (const Node& node : network.nodes) json["nodes"].push_back(node_to_json(node));
  file.tensors = network.tensors;
  for (const auto& [name, spec] : network.quant) {
    json["quant"][name] = quant_to_json(spec, version);
    file.tensors[name + kScaleSuffix] = spec.scale;
  }
  if (version > kVersionWithoutNormalization)
    json["normalization"] =
        network.normalization ? normalization_to_json(*network.normalization) : Json();
  file.metadata[kMetadataKey] = json_text(json);
  return file;
}

Network network_from_safetensors(const SafeTensors& file) {
  const auto text = file.metadata.find(kMetadataKey);
  if (text == file.metadata.end())
    fail("this file holds tensors but no network ('{}' is missing from its metadata)",
         kMetadataKey);
  try {
    Network network = parse(file, parse_json(text->second));
    infer_shapes(network);
    return network;
  } catch (const Json::exception& error) {
    fail("the graph in the metadata is damaged: {}", error.what());
  }
}

void write_network(const std::filesystem::path& path, const Network& network) {
  write_safetensors(path, to_safetensors(network));
}

Network read_network(const std::filesystem::path& path) {
  const SafeTensors file = read_safetensors(path);
  return with_context(path.string(), [&file] { return network_from_safetensors(file); });
}

}  // namespace bitline
