#include "bitline/runtime/stays_digital.h"

#include <fmt/format.h>

#include "bitline/base/fail.h"
#include "bitline/quantize/integer_layer.h"
#include "bitline/runtime/executor.h"

namespace bitline {
namespace {

/// Why a layer has no integers to multiply.
std::string missing_grid(const Network& network, const Node& layer) {
  if (network.quant.contains(layer.parameters.at("weight"))) return "its input has no integer grid";
  return network.quant.contains(layer.inputs[0])
             ? "its weights have no integer grid"
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

/// In analog mode. The only layer on grids is the first and the last.
PlaceAndReason place_by_position(bool is_first, bool is_last, const ArraySpec& array) {
  std::vector<std::string_view> keys;  // that keep it digital
  if (is_first && array.first_layer == LayerPolicy::kDigitalInteger)
    keys.emplace_back("first_layer");
  if (is_last && array.last_layer == LayerPolicy::kDigitalInteger) keys.emplace_back("last_layer");
  if (keys.empty()) return {Place::kArray, ""};
  return {Place::kIntegers,
          fmt::format("{} = \"{}\"; \"mapped\" puts it on the array", fmt::join(keys, " and "),
                      name_of(LayerPolicy::kDigitalInteger))};
}

/// In analog mode.
PlaceAndReason place_by_itself(const std::string& layer, bool digital) {
  if (!digital) return {Place::kArray, ""};
  return {Place::kIntegers, fmt::format("array.layers.\"{}\" has digital = true", layer)};
}

/// That nobody describes the array of a layer that lies on none.
void check_is_used(const std::string& layer, const LayerArray& own, const ArraySpec& common,
                   const PlaceAndReason& placed) {
  if (placed.place == Place::kArray || own.digital.value_or(false)) return;
  ArraySpec alike = common;  // but for what is said of layers without an array too
  alike.requantize = own.array.requantize;
  alike.requantize_bits = own.array.requantize_bits;
  alike.first_layer = own.array.first_layer;
  alike.last_layer = own.array.last_layer;
  if (own.digital.has_value() || own.array != alike)
    fail_usage(
        "array.layers.\"{}\" says how the layer lies on the array, but it stays digital: {}; leave "
        "it out{}",
        layer, placed.reason,
        placed.place == Place::kIntegers ? ", or say digital = false there" : "");
}

}  // namespace

std::map<std::string, PlaceAndReason> place_layers(const Network& network, MacMode mode,
                                                   const NetworkArrays& array) {
  std::vector<const Node*> on_grids;
  for (const Node& node : network.nodes)
    if (has_integer_grid(network, node)) on_grids.push_back(&node);
  const auto place = [&](const Node& layer) -> PlaceAndReason {
    if (!has_integer_grid(network, layer)) return {Place::kReal, missing_grid(network, layer)};
    if (mode == MacMode::kFloat) return {Place::kReal, "float mode has real numbers alone"};
    if (mode == MacMode::kLossless) return {Place::kIntegers, "lossless mode has no array"};
    if (const auto own = array.layers.find(layer.name); own != array.layers.end())
      if (const std::optional<bool> digital = own->second.digital)
        return place_by_itself(layer.name, *digital);
    return place_by_position(&layer == on_grids.front(), &layer == on_grids.back(), array.common);
  };
  std::map<std::string, PlaceAndReason> places;
  for (const Node& node : network.nodes)
    if (is_layer(node)) places.emplace(node.name, place(node));
  for (const auto& [name, own] : array.layers) {
    if (!places.contains(name)) fail_no_layer(network, name, ErrorKind::kUsage);
    if (mode == MacMode::kAnalog) check_is_used(name, own, array.common, places.at(name));
  }
  return places;
}

std::vector<Placement> placements_of(const Executor& executor) {
  const std::map<std::string, Shape> shapes = infer_shapes(executor.network());
  std::vector<Placement> placements;
  for (const Step& step : executor.steps())
    for (const Node* node : step.nodes) {
      if (std::holds_alternative<Input>(node->op)) continue;
      const PlaceAndReason own = is_layer(*node)
                                     ? executor.place_of(node->name)
                                     : PlaceAndReason{Place::kDigital, why_digital(*node)};
      placements.push_back(
          {node->name, name_of(node->op), shapes.at(node->name), own.place, own.reason});
    }
  return placements;
}

}  // namespace bitline
