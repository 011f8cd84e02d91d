#include "bitline/graph/value_signs.h"

#include <algorithm>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

/// One node, while the signs of what it reads are known.
struct Signs {
  const Network& network;
  const Node& node;
  bool inputs;     ///< none of the inputs is ever negative
  bool any_input;  ///< one of them never is

  bool operator()(const Input&) const { return false; }
  bool operator()(const Conv&) const { return false; }  // weights of either sign
  bool operator()(const ConvTranspose&) const { return false; }
  bool operator()(const Linear&) const { return false; }
  bool operator()(const BatchNorm&) const { return false; }  // a mean is subtracted
  bool operator()(const LayerNorm&) const { return false; }
  bool operator()(const GroupNorm&) const { return false; }
  bool operator()(const Relu&) const { return true; }
  bool operator()(const Softmax&) const { return true; }
  bool operator()(const ResidualAdd&) const { return inputs; }
  bool operator()(const MatMul&) const { return inputs; }
  bool operator()(const Where&) const { return inputs; }
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
  bool operator()(const Binary& binary) const;
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
    case UnaryFunction::kAbs:
    case UnaryFunction::kExp:
    case UnaryFunction::kSoftplus:
    case UnaryFunction::kNonZero:
      return true;
    case UnaryFunction::kNeg:
    case UnaryFunction::kLog:
      return false;
    case UnaryFunction::kSelu:
      return inputs && unary.beta >= 0;
    case UnaryFunction::kLeakyRelu:
    case UnaryFunction::kHardSwish:
    case UnaryFunction::kTanh:
    case UnaryFunction::kErf:
    case UnaryFunction::kTruncate:
    case UnaryFunction::kElu:
    case UnaryFunction::kCelu:
    case UnaryFunction::kSoftsign:
      return inputs;
  }
  fail("unary function {} is not known", static_cast<int>(unary.function));
}

bool Signs::operator()(const Binary& binary) const {
  switch (binary.function) {
    case BinaryFunction::kSub:
      return false;
    case BinaryFunction::kAdd:
    case BinaryFunction::kMul:
    case BinaryFunction::kDiv:
    case BinaryFunction::kPow:
    case BinaryFunction::kPRelu:
    case BinaryFunction::kMin:
      return inputs;
    case BinaryFunction::kMax:
      return any_input;
    case BinaryFunction::kEqual:
    case BinaryFunction::kGreater:
    case BinaryFunction::kGreaterOrEqual:
    case BinaryFunction::kLess:
    case BinaryFunction::kLessOrEqual:
      return true;
  }
  fail("binary function {} is not known", static_cast<int>(binary.function));
}

/// A grid whose lowest integer stands for 0.
bool begins_at_zero(const QuantSpec& spec) {
  return !spec.odd && spec.zero_point == spec.minimum();
}

}  // namespace

std::set<std::string> non_negative_values(const Network& network) {
  std::set<std::string> names;
  for (const Node& node : network.nodes) {
    const auto is_among = [&names](const std::string& input) { return names.contains(input); };
    const bool inputs = std::ranges::all_of(node.inputs, is_among);
    const bool any_input = std::ranges::any_of(node.inputs, is_among);
    const auto spec = network.quant.find(node.name);
    const bool has_unsigned_grid = spec != network.quant.end() && begins_at_zero(spec->second);
    if (has_unsigned_grid || std::visit(Signs{network, node, inputs, any_input}, node.op))
      names.insert(node.name);
  }
  return names;
}

}  // namespace bitline
