#include "bitline/quantize/fold_batch_norm.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

std::ptrdiff_t readers(const Network& network, const std::string& name) {
  std::ptrdiff_t count = 0;
  for (const Node& node : network.nodes) count += std::ranges::count(node.inputs, name);
  return count;
}

void fold(Network& network, Node& layer, const Node& norm) {
  const auto of = [&](const char* role) { return network.parameter(norm, role).data<float>(); };
  Tensor weight = network.parameter(layer, "weight").clone();
  const auto channels = static_cast<std::size_t>(weight.dim(0));
  const std::size_t part = weight.data<float>().size() / channels;
  Tensor bias(DType::kF32, {weight.dim(0)});
  if (network.has_parameter(layer, "bias")) bias = network.parameter(layer, "bias").clone();
  const double epsilon = std::get<BatchNorm>(norm.op).epsilon;
  for (std::size_t c = 0; c < channels; ++c) {
    const double gain = static_cast<double>(of("scale")[c]) /
                        std::sqrt(static_cast<double>(of("variance")[c]) + epsilon);
    for (float& w : weight.data<float>().subspan(c * part, part))
      w = static_cast<float>(static_cast<double>(w) * gain);
    float& b = bias.data<float>()[c];
    b = static_cast<float>((static_cast<double>(b) - static_cast<double>(of("mean")[c])) * gain +
                           static_cast<double>(of("shift")[c]));
  }
  network.parameter(layer, "weight") = weight;
  layer.parameters.try_emplace("bias", layer.name + ".bias");
  network.tensors[layer.parameters.at("bias")] = bias;
}

}  // namespace

bool has_channels_first(const Node& layer, const Shape& shape) {
  return std::holds_alternative<Conv>(layer.op) || shape.size() == 1;
}

void fold_batch_norm(Network& network) {
  if (!network.quant.empty())
    fail("network '{}' has grids already; fold its batch-norm before it is quantized",
         network.name);
  const std::map<std::string, Shape> shapes = infer_shapes(network);
  std::set<std::string> folded;
  for (Node& norm : network.nodes) {
    if (!std::holds_alternative<BatchNorm>(norm.op)) continue;
    Node& layer = network.nodes[network.index_of(norm.inputs[0])];
    const bool fits = is_layer(layer) && has_channels_first(layer, shapes.at(layer.name)) &&
                      readers(network, layer.name) == 1;
    if (!fits) continue;
    fold(network, layer, norm);
    for (const auto& [role, key] : norm.parameters) network.tensors.erase(key);
    folded.insert(norm.name);
    for (Node& node : network.nodes) std::ranges::replace(node.inputs, norm.name, layer.name);
  }
  std::erase_if(network.nodes, [&folded](const Node& node) { return folded.contains(node.name); });
}

}  // namespace bitline
