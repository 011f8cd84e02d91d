#include "bitline/importer/import_state.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "bitline/base/control_character.h"
#include "bitline/base/fail.h"
#include "bitline/graph/shape_rules.h"

namespace bitline {

const ImportedValue& ImportState::value(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end())
    fail(
        "value '{}' is neither an input, an initializer, nor any node's result; export the "
        "network again",
        name);
  return found->second;
}

std::string ImportState::unused_name(const std::string& wanted) {
  // It will stand in tables, messages and files that hold UTF-8, on terminals.
  using Json = nlohmann::json;
  std::string base = Json::parse(Json(wanted).dump(-1, ' ', false, Json::error_handler_t::replace));
  std::ranges::replace_if(base, is_control_character, '_');
  std::string name = base;
  int& times = used_[base];
  while (shapes_.contains(name)) name = fmt::format("{}_{}", base, ++times + 1);
  return name;
}

ImportedValue ImportState::append(const std::string& name, Operator op,
                                  std::vector<std::string> inputs,
                                  const std::map<std::string, Tensor>& parameters) {
  Node node{unused_name(name), std::move(op), std::move(inputs), {}};
  for (const auto& [role, tensor] : parameters) {
    const std::string key = node.name + "." + role;
    node.parameters[role] = key;
    network.tensors[key] = tensor;
  }
  network.nodes.push_back(std::move(node));
  const Node& added = network.nodes.back();
  Site site{network, added, {}};
  for (const std::string& input : added.inputs) site.inputs.push_back(shapes_.at(input));
  const Shape shape = infer_shape(site);
  shapes_[added.name] = shape;
  places_[added.name] = network.nodes.size() - 1;
  return {added.name, shape, {}, 1, {}, 0};
}

void ImportState::take(const Shape& shape) {
  const std::int64_t elements = element_count(shape);
  if (elements > free_elements_)
    fail("a constant of shape {} and those before it have more elements than this file explains",
         to_string(shape));
  free_elements_ -= elements;
}

const Node* ImportState::node(const std::string& name) const {
  const auto place = places_.find(name);
  return place == places_.end() ? nullptr : &network.nodes[place->second];
}

ImportedValue ImportState::before_reshape(const ImportedValue& value) const {
  const Node* maker = node(value.node);
  if (maker == nullptr || !std::holds_alternative<Reshape>(maker->op)) return value;
  ImportedValue source = value;
  source.node = maker->inputs[0];
  source.shape = shapes_.at(source.node);
  return source;
}

void ImportState::require_no_log_softmax() const {
  for (const Node& node : network.nodes)
    if (std::ranges::find(log_softmax_, node.name) != log_softmax_.end())
      fail(
          "node '{}' (LogSoftmax) is supported as the last step over the classes alone; export the "
          "network so that it ends in the logits",
          node.name);
}

const std::string* ImportState::metadata(const std::string& key) const {
  const auto found = metadata_.find(key);
  return found == metadata_.end() ? nullptr : &found->second;
}

std::string ImportState::node_of(const ImportedValue& value, const std::string& key) {
  if (!value.is_constant()) return value.node;
  if (value.constant->dtype() != DType::kF32)
    fail("the constant '{}' holds integers where real numbers are computed with", key);
  return append(key, Constant{}, {}, {{"value", *value.constant}}).node;
}

}  // namespace bitline
