#include "bitline/graph/value_signs.h"

#include <algorithm>

namespace bitline {
namespace {

/// One node, while the signs of what it reads are known.
struct Signs {
  const Network& network;
  const Node& node;
  bool inputs;  ///< none of the inputs is ever negative

  template <typename Op>
  bool operator()(const Op&) const {
    return false;  // sums with weights of either sign, and whatever subtracts a mean
  }
  bool operator()(const Relu&) const { return true; }
  bool operator()(const Softmax&) const { return true; }
  bool operator()(const ResidualAdd&) const { return inputs; }
  bool operator()(const MatMul&) const { return inputs; }
  bool operator()(const MaxPool&) const { return inputs; }
  bool operator()(const AveragePool&) const { return inputs; }
  bool operator()(const GlobalAveragePool&) const { return inputs; }
  bool operator()(const ReduceMean&) const { return inputs; }
  bool operator()(const Flatten&) const { return inputs; }
  bool operator()(const Reshape&) const { return inputs; }
  bool operator()(const Transpose&) const { return inputs; }
  bool operator()(const Concat&) const { return inputs; }
  bool operator()(const Gather&) const { return inputs; }
  bool operator()(const Identity&) const { return inputs; }
  bool operator()(const Pad& pad) const { return inputs && pad.value >= 0; }
  bool operator()(const Binary& binary) const {
    return inputs && binary.function != BinaryFunction::kSub;
  }
  bool operator()(const MultiThreshold& op) const { return op.scale >= 0 && op.bias >= 0; }
  bool operator()(const Constant&) const {
    return std::ranges::all_of(network.parameter(node, "value").data<float>(),
                               [](float value) { return value >= 0; });
  }
  bool operator()(const Unary& unary) const;
};

bool Signs::operator()(const Unary& unary) const {
  switch (unary.function) {
    case UnaryFunction::kClip:
      return unary.beta >= 0 && (inputs || unary.alpha >= 0);
    case UnaryFunction::kSigmoid:
    case UnaryFunction::kHardSigmoid:
    case UnaryFunction::kSqrt:
      return true;
    default:
      return inputs;  // odd functions, and roundings to multiples
  }
}

/// A grid whose lowest integer stands for 0.
bool begins_at_zero(const QuantSpec& spec) {
  return !spec.odd && spec.zero_point == spec.minimum();
}

}  // namespace

std::set<std::string> non_negative_values(const Network& network) {
  std::set<std::string> names;
  for (const Node& node : network.nodes) {
    const bool inputs = std::ranges::all_of(
        node.inputs, [&names](const std::string& input) { return names.contains(input); });
    const auto spec = network.quant.find(node.name);
    const bool has_unsigned_grid = spec != network.quant.end() && begins_at_zero(spec->second);
    if (has_unsigned_grid || std::visit(Signs{network, node, inputs}, node.op))
      names.insert(node.name);
  }
  return names;
}

}  // namespace bitline
