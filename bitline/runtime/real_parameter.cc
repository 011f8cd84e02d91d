#include "bitline/runtime/real_parameter.h"

#include "bitline/quantize/grid.h"

namespace bitline {

Tensor real_parameter(const Network& network, const Node& node, std::string_view role) {
  const Tensor& stored = network.parameter(node, role);
  const auto spec = network.quant.find(node.parameters.at(std::string(role)));
  if (spec == network.quant.end()) return stored;
  Tensor result = stored.clone();
  const auto scales = spec->second.scale.data<float>();
  std::size_t part = result.data<float>().size();  // neighbours that share a scale
  for (int axis = 0; axis <= spec->second.axis; ++axis)
    part /= static_cast<std::size_t>(result.dim(static_cast<std::size_t>(axis)));
  std::size_t next = 0;
  for (float& value : result.data<float>()) {
    const float scale = scales[next++ / part % scales.size()];
    value = scale * Grid(spec->second, scale).to_level(value);
  }
  return result;
}

}  // namespace bitline
