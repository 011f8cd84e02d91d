#include "bitline/graph/network_file.h"

#include <utility>

#include <nlohmann/json.hpp>

namespace bitline {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormatVersion = 1;
constexpr const char* kMetadataKey = "bitline_network";
constexpr const char* kScaleSuffix = ".quant_scale";

/// Calls visit(name, member) for every attribute of an operator: the one list that reading and
/// writing share.
template <typename Visit>
void visit_attributes(Input& op, Visit&& visit) {
  visit("shape", op.shape);
}
template <typename Visit>
void visit_attributes(Conv& op, Visit&& visit) {
  visit("stride", op.stride);
  visit("padding", op.padding);
  visit("groups", op.groups);
}
template <typename Visit>
void visit_attributes(BatchNorm& op, Visit&& visit) {
  visit("epsilon", op.epsilon);
}
template <typename Visit>
void visit_attributes(MaxPool& op, Visit&& visit) {
  visit("kernel", op.kernel);
  visit("stride", op.stride);
}
template <typename Op, typename Visit>
void visit_attributes(Op&, Visit&&) {}

Json node_to_json(const Node& node) {
  Json json{{"name", node.name}, {"operator", name_of(node.op)}, {"inputs", node.inputs}};
  Operator op = node.op;
  std::visit(
      [&json](auto& typed) {
        visit_attributes(
            typed, [&json](const char* key, auto& member) { json["attributes"][key] = member; });
      },
      op);
  for (const auto& [role, key] : node.parameters) json["parameters"][role] = key;
  return json;
}

template <std::size_t Index = 0>
Operator make_operator(std::string_view name) {
  if constexpr (Index == std::variant_size_v<Operator>) {
    fail("operator '{}' is not known", name);
  } else {
    Operator op{std::in_place_index<Index>};
    return name_of(op) == name ? op : make_operator<Index + 1>(name);
  }
}

Node node_from_json(const Json& json) {
  Node node{json.at("name"), {}, json.at("inputs"), {}};
  with_context(fmt::format("node '{}'", node.name),
               [&] { node.op = make_operator(json.at("operator").get<std::string>()); });
  Json attributes = json.value("attributes", Json::object());
  std::visit(
      [&attributes](auto& typed) {
        visit_attributes(typed, [&attributes](const char* key, auto& member) {
          attributes.at(key).get_to(member);
          attributes.erase(key);
        });
      },
      node.op);
  if (!attributes.empty())
    fail("node '{}': attribute '{}' is not known", node.name, attributes.begin().key());
  if (json.contains("parameters")) json.at("parameters").get_to(node.parameters);
  return node;
}

Json quant_to_json(const QuantSpec& spec) {
  return {{"bits", spec.bits},
          {"signed", spec.is_signed},
          {"narrow", spec.narrow},
          {"odd", spec.odd},
          {"axis", spec.axis}};
}

QuantSpec quant_from_json(const Json& json, Tensor scale) {
  QuantSpec spec;
  spec.bits = json.at("bits");
  spec.is_signed = json.at("signed");
  spec.narrow = json.at("narrow");
  spec.odd = json.at("odd");
  spec.axis = json.at("axis");
  spec.scale = std::move(scale);
  return spec;
}

Network parse(const SafeTensors& file, const Json& json) {
  if (json.at("version") != kFormatVersion)
    fail("format version {} is not known; this program reads version {}", json.at("version").dump(),
         kFormatVersion);
  Network network;
  network.name = json.at("name");
  for (const Json& node : json.at("nodes")) {
    network.nodes.push_back(node_from_json(node));
    for (const auto& [role, key] : network.nodes.back().parameters) {
      const auto tensor = file.tensors.find(key);
      if (tensor == file.tensors.end()) fail("tensor '{}' is missing", key);
      network.tensors[key] = tensor->second.clone();
    }
  }
  for (const auto& [name, spec] : json.at("quant").items()) {
    const auto scale = file.tensors.find(name + kScaleSuffix);
    if (scale == file.tensors.end()) fail("tensor '{}{}' is missing", name, kScaleSuffix);
    network.quant[name] = quant_from_json(spec, scale->second.clone());
  }
  return network;
}

}  // namespace

SafeTensors to_safetensors(const Network& network) {
  SafeTensors file;
  Json json{{"version", kFormatVersion},
            {"name", network.name},
            {"nodes", Json::array()},
            {"quant", Json::object()}};
  for (const Node& node : network.nodes) json["nodes"].push_back(node_to_json(node));
  file.tensors = network.tensors;
  for (const auto& [name, spec] : network.quant) {
    json["quant"][name] = quant_to_json(spec);
    file.tensors[name + kScaleSuffix] = spec.scale;
  }
  file.metadata[kMetadataKey] = json.dump();
  return file;
}

Network network_from_safetensors(const SafeTensors& file) {
  const auto text = file.metadata.find(kMetadataKey);
  if (text == file.metadata.end())
    fail("this file holds tensors but no network ('{}' is missing from its metadata)",
         kMetadataKey);
  try {
    Network network = parse(file, Json::parse(text->second));
    validate(network);
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
