// The checks of a Network that came from outside.
#include <algorithm>

#include "bitline/base/control_character.h"
#include "bitline/base/fail.h"
#include "bitline/graph/shape_rules.h"

namespace bitline {
namespace {

/// Of a node for one image. Nothing can be run beyond; and what cannot be run is not looked at
/// either, as if it could.
constexpr std::int64_t kMostValues = std::int64_t{1} << 31;

void require_scale_per_entry(const QuantSpec& spec, std::string_view key, const Shape& shape) {
  if (spec.axis < 0) return;
  const auto axis = static_cast<std::size_t>(spec.axis);
  if (axis >= shape.size() || spec.scale.size() != shape[axis])
    fail("{}: {} scales along axis {} of shape {}; give one per entry", key, spec.scale.size(),
         spec.axis, to_string(shape));
}

}  // namespace

std::map<std::string, Shape> infer_shapes(const Network& network) {
  if (network.nodes.empty() || !std::holds_alternative<Input>(network.nodes.front().op))
    fail("network '{}' does not begin with an input node", network.name);
  std::map<std::string, Shape> shapes;
  for (const Node& node : network.nodes) {
    with_context(fmt::format("node '{}' ({})", node.name, name_of(node.op)), [&] {
      const InputCount wanted = input_count(node.op);
      if (wanted.any ? node.inputs.size() < wanted.count : node.inputs.size() != wanted.count)
        fail("has {} inputs, but {} are needed", node.inputs.size(), wanted.count);
      Site site{network, node, {}};
      for (const std::string& input : node.inputs) {
        if (!shapes.contains(input)) fail("reads '{}', which no earlier node makes", input);
        site.inputs.push_back(shapes.at(input));
      }
      if (shapes.contains(node.name)) fail("the name is used twice");
      if (std::ranges::any_of(node.name, is_control_character))
        fail("the name holds control characters; rename the node");
      const Shape& shape = shapes[node.name] = infer_shape(site);
      if (element_count(shape) > kMostValues)
        fail("its output of shape {} has {} values; an image may have {} of them, 8 GiB",
             to_string(shape), element_count(shape), kMostValues);
    });
  }
  for (const auto& [name, spec] : network.quant) {
    const auto tensor = network.tensors.find(name);
    if (!shapes.contains(name) && tensor == network.tensors.end())
      fail("a quantizer stands on '{}', which the network does not have", name);
    validate(spec, name);
    if (tensor != network.tensors.end())
      require_scale_per_entry(spec, name, tensor->second.shape());
  }
  return shapes;
}

}  // namespace bitline
