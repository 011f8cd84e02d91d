// Shape inference and the checks of a Network that came from outside.
#include <algorithm>
#include <cmath>

#include "bitline/graph/network.h"

namespace bitline {
namespace {

template <typename... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

/// What shape inference knows while it stands at one node.
struct Site {
  const Network& network;
  const Node& node;
  std::vector<Shape> inputs;

  void require_rank(std::size_t rank) const {
    if (inputs[0].size() != rank)
      fail("input of shape {} where {} axes (without the batch) are needed", to_string(inputs[0]),
           rank);
  }
  void require_parameter(std::string_view role, const Shape& shape) const {
    const Tensor& tensor = network.parameter(node, role);
    if (tensor.shape() != shape)
      fail("parameter '{}' has shape {}, but {} is needed", role, to_string(tensor.shape()),
           to_string(shape));
    for (const float value : tensor.data<float>())
      if (!std::isfinite(value))
        fail("parameter '{}' holds {}; train again with a smaller learning rate", role, value);
  }
};

std::int64_t pooled(std::int64_t size, std::int64_t kernel, std::int64_t stride,
                    std::int64_t padding) {
  if (kernel < 1 || stride < 1 || padding < 0)
    fail("kernel {}, stride {}, padding {}: kernel and stride must be positive", kernel, stride,
         padding);
  if (size + 2 * padding < kernel)
    fail("kernel {} is larger than its padded input {}", kernel, size + 2 * padding);
  return (size + 2 * padding - kernel) / stride + 1;
}

Shape infer_input(const Input& input, const Site& site) {
  if (&site.node != &site.network.nodes.front()) fail("a network has one input, its first node");
  if (input.shape.empty() ||
      std::ranges::any_of(input.shape, [](auto extent) { return extent < 1; }))
    fail("the shape {} is empty; every extent has to be 1 or more", to_string(input.shape));
  return input.shape;
}

Shape infer_conv(const Conv& conv, const Site& site) {
  site.require_rank(3);
  const Shape& in = site.inputs[0];
  const Tensor& weight = site.network.parameter(site.node, "weight");
  if (weight.shape().size() != 4)
    fail("weight of shape {} is not a 2-D kernel", to_string(weight.shape()));
  const std::int64_t out = weight.dim(0);
  if (conv.groups < 1 || in[0] % conv.groups != 0 || out % conv.groups != 0)
    fail("{} groups do not divide {} input and {} output channels", conv.groups, in[0], out);
  site.require_parameter("weight", {out, in[0] / conv.groups, weight.dim(2), weight.dim(3)});
  if (site.network.has_parameter(site.node, "bias")) site.require_parameter("bias", {out});
  return {out, pooled(in[1], weight.dim(2), conv.stride, conv.padding),
          pooled(in[2], weight.dim(3), conv.stride, conv.padding)};
}

Shape infer_linear(const Site& site) {
  site.require_rank(1);
  const Tensor& weight = site.network.parameter(site.node, "weight");
  if (weight.shape().size() != 2)
    fail("weight of shape {} is not a matrix", to_string(weight.shape()));
  site.require_parameter("weight", {weight.dim(0), site.inputs[0][0]});
  if (site.network.has_parameter(site.node, "bias"))
    site.require_parameter("bias", {weight.dim(0)});
  return {weight.dim(0)};
}

Shape infer_batch_norm(const Site& site) {
  for (const char* role : {"scale", "shift", "mean", "variance"})
    site.require_parameter(role, {site.inputs[0].at(0)});
  for (const float variance : site.network.parameter(site.node, "variance").data<float>())
    if (variance < 0)
      fail("parameter 'variance' holds {}; a variance is 0 or more, so the file is damaged",
           variance);
  return site.inputs[0];
}

Shape infer(const Site& site) {
  Shape first = site.inputs.empty() ? Shape{} : site.inputs[0];
  return std::visit(Overloaded{
                        [&](const Input& input) { return infer_input(input, site); },
                        [&](const Conv& conv) { return infer_conv(conv, site); },
                        [&](const Linear&) { return infer_linear(site); },
                        [&](const BatchNorm&) { return infer_batch_norm(site); },
                        [&](const Relu&) { return first; },
                        [&](const Add&) {
                          if (site.inputs[1] != first)
                            fail("cannot add shapes {} and {}", to_string(first),
                                 to_string(site.inputs[1]));
                          return first;
                        },
                        [&](const MaxPool& pool) {
                          site.require_rank(3);
                          return Shape{first[0], pooled(first[1], pool.kernel, pool.stride, 0),
                                       pooled(first[2], pool.kernel, pool.stride, 0)};
                        },
                        [&](const GlobalAveragePool&) {
                          site.require_rank(3);
                          return Shape{first[0]};
                        },
                        [&](const Flatten&) { return Shape{element_count(first)}; },
                    },
                    site.node.op);
}

void require_scale_per_entry(const QuantSpec& spec, std::string_view key, const Shape& shape) {
  if (spec.axis < 0) return;
  const auto axis = static_cast<std::size_t>(spec.axis);
  if (axis >= shape.size() || spec.scale.size() != shape[axis])
    fail("{}: {} scales along axis {} of shape {}; give one per entry", key, spec.scale.size(),
         spec.axis, to_string(shape));
}

std::size_t input_count(const Operator& op) {
  return std::holds_alternative<Input>(op) ? 0U : std::holds_alternative<Add>(op) ? 2U : 1U;
}

}  // namespace

std::map<std::string, Shape> validate(const Network& network) {
  if (network.nodes.empty() || !std::holds_alternative<Input>(network.nodes.front().op))
    fail("network '{}' does not begin with an input node", network.name);
  std::map<std::string, Shape> shapes;
  for (const Node& node : network.nodes) {
    with_context(fmt::format("node '{}' ({})", node.name, name_of(node.op)), [&] {
      if (node.inputs.size() != input_count(node.op))
        fail("has {} inputs, but {} are needed", node.inputs.size(), input_count(node.op));
      Site site{network, node, {}};
      for (const std::string& input : node.inputs) {
        if (!shapes.contains(input)) fail("reads '{}', which no earlier node makes", input);
        site.inputs.push_back(shapes.at(input));
      }
      if (shapes.contains(node.name)) fail("the name is used twice");
      shapes[node.name] = infer(site);
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
