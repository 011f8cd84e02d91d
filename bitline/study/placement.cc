#include "bitline/study/placement.h"

#include <algorithm>

#include "bitline/quantize/integer_layer.h"

namespace bitline {
namespace {

/// Why a layer computes in real numbers.
std::string missing_grid(const Network& network, const Node& layer) {
  const bool weight = network.quant.contains(layer.parameters.at("weight"));
  const bool input = network.quant.contains(layer.inputs[0]);
  if (weight) return "its input has no integer grid";
  return input ? "its weights have no integer grid"
               : "neither its weights nor its input have an integer grid";
}

/// Why an operator that multiplies is never on the array.
std::string why_digital(const Node& node) {
  if (std::holds_alternative<ConvTranspose>(node.op))
    return "transposed convolutions are not mapped";
  if (std::holds_alternative<MatMul>(node.op))
    return "an array holds constants, and one operand at least is computed";
  return "";
}

Placement place_layer(const Executor& executor, const ArraySpec& array, const Node& layer,
                      bool is_first) {
  Placement placement;
  if (executor.is_mapped(layer.name)) {
    placement.place = Place::kArray;
  } else if (has_integer_grid(executor.network(), layer)) {
    placement.place = Place::kIntegers;
    placement.reason = fmt::format("array.{} = \"{}\"; \"mapped\" puts it on the array",
                                   is_first ? "first_layer" : "last_layer",
                                   name_of(is_first ? array.first_layer : array.last_layer));
  } else {
    placement.place = Place::kReal;
    placement.reason = missing_grid(executor.network(), layer);
  }
  return placement;
}

}  // namespace

std::vector<Placement> placements_of(const Executor& executor, const ArraySpec& array) {
  const Network& network = executor.network();
  const std::map<std::string, Shape> shapes = infer_shapes(network);
  const auto first = std::ranges::find_if(executor.steps(), [&network](const Step& step) {
    return has_integer_grid(network, *step.node);
  });
  std::vector<Placement> placements;
  for (auto step = executor.steps().begin(); step != executor.steps().end(); ++step)
    for (const Node* node : step->nodes) {
      if (std::holds_alternative<Input>(node->op)) continue;
      Placement placement;
      if (is_layer(*node))
        placement = place_layer(executor, array, *node, step == first);
      else
        placement.reason = why_digital(*node);
      placement.node = node->name;
      placement.op = name_of(node->op);
      placement.shape = shapes.at(node->name);
      placements.push_back(std::move(placement));
    }
  return placements;
}

ArraySpec default_array(const Network& network) {
  ArraySpec array;
  for (const auto& [name, spec] : network.quant)
    if (network.tensors.contains(name) && spec.odd) array.encoding = Encoding::kBipolar;
  return array;
}

Network with_trial_grids(Network network, const QuantizeOptions& options) {
  if (!network.quant.empty()) return network;
  attach_quantizers(network, options);
  for (auto& [name, spec] : network.quant)
    if (!network.tensors.contains(name)) spec.scale.data<float>()[0] = 1;
  return network;
}

}  // namespace bitline
