#include "bitline/models/network_builder.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace bitline {
namespace {

Tensor constant(std::int64_t size, float value) {
  Tensor tensor(DType::kF32, {size});
  std::ranges::fill(tensor.data<float>(), value);
  return tensor;
}

}  // namespace

NetworkBuilder::NetworkBuilder(std::string name, Shape input_shape, std::uint64_t seed)
    : random_(Random::stream(seed, "weights")) {
  network_.name = std::move(name);
  append("input", Input{std::move(input_shape)}, {});
}

Node& NetworkBuilder::append(const std::string& name, Operator op,
                             std::vector<std::string> inputs) {
  return network_.nodes.emplace_back(Node{name, std::move(op), std::move(inputs), {}});
}

void NetworkBuilder::add_parameter(Node& node, const std::string& role, Tensor tensor) {
  const std::string key = node.name + "." + role;
  node.parameters[role] = key;
  network_.tensors[key] = std::move(tensor);
}

Tensor NetworkBuilder::random_weight(Shape shape, double deviation) {
  Tensor weight(DType::kF32, std::move(shape));
  for (float& value : weight.data<float>())
    value = static_cast<float>(random_.normal() * deviation);
  return weight;
}

std::string NetworkBuilder::conv(const std::string& name, const std::string& input,
                                 std::int64_t in_channels, std::int64_t out_channels,
                                 std::int64_t kernel, std::int64_t stride) {
  Node& node = append(name, Conv{.stride = stride, .padding = kernel / 2, .groups = 1}, {input});
  const auto fan_out = static_cast<double>(out_channels * kernel * kernel);
  add_parameter(node, "weight",
                random_weight({out_channels, in_channels, kernel, kernel}, std::sqrt(2 / fan_out)));
  return name;
}

std::string NetworkBuilder::linear(const std::string& name, const std::string& input,
                                   std::int64_t in_features, std::int64_t out_features, bool bias) {
  Node& node = append(name, Linear{}, {input});
  const double deviation = std::sqrt(1 / static_cast<double>(in_features));
  add_parameter(node, "weight", random_weight({out_features, in_features}, deviation));
  if (bias) add_parameter(node, "bias", constant(out_features, 0));
  return name;
}

std::string NetworkBuilder::batch_norm(const std::string& name, const std::string& input,
                                       std::int64_t channels) {
  Node& node = append(name, BatchNorm{}, {input});
  add_parameter(node, "scale", constant(channels, 1));
  add_parameter(node, "shift", constant(channels, 0));
  add_parameter(node, "mean", constant(channels, 0));
  add_parameter(node, "variance", constant(channels, 1));
  return name;
}

std::string NetworkBuilder::relu(const std::string& name, const std::string& input) {
  return append(name, Relu{}, {input}).name;
}

std::string NetworkBuilder::add(const std::string& name, const std::string& a,
                                const std::string& b) {
  return append(name, ResidualAdd{}, {a, b}).name;
}

std::string NetworkBuilder::max_pool(const std::string& name, const std::string& input) {
  return append(name, MaxPool{}, {input}).name;
}

std::string NetworkBuilder::global_average_pool(const std::string& name, const std::string& input) {
  return append(name, GlobalAveragePool{}, {input}).name;
}

std::string NetworkBuilder::flatten(const std::string& name, const std::string& input) {
  return append(name, Flatten{}, {input}).name;
}

Network NetworkBuilder::finish() && {
  infer_shapes(network_);
  return std::move(network_);
}

}  // namespace bitline
