#include <algorithm>
#include <limits>
#include <numbers>

#include "bitline/base/fail.h"
#include "bitline/digital/digital.h"
#include "bitline/graph/shape_rules.h"
#include "bitline/importer/builders.h"
#include "bitline/importer/integer_sums.h"
#include "bitline/importer/narrow_grids.h"
#include "bitline/importer/onnx_tensor.h"

namespace bitline {
namespace {

void build_function(OnnxNode& node, const Unary& unary) {
  const ImportedValue& x = node.input(0);
  if (x.is_constant()) {
    node.state().take(x.shape);
    return node.set_constant(digital::apply(unary, *x.constant), x.element_type);
  }
  node.build(unary, {x});
}

ImportedValue number(double value) {
  Tensor tensor(DType::kF32, {});
  tensor.data<float>()[0] = static_cast<float>(value);
  return {"", {}, tensor, onnx::TensorProto::FLOAT, {}, 0};
}

/// What 1 + erf(x / √2) is, or its approximation by tanh, before the 1 is added.
ImportedValue gelu_curve(OnnxNode& node, const ImportedValue& x, const std::string& approximation) {
  if (approximation == "none") {
    const ImportedValue scaled =
        node.append(Binary{BinaryFunction::kDiv}, {x, number(std::numbers::sqrt2)}, {}, "/scaled");
    return node.append(Unary{UnaryFunction::kErf, 0, 0}, {scaled}, {}, "/erf");
  }
  if (approximation != "tanh")
    fail("approximate = '{}' is not supported; supported are none and tanh", approximation);
  const auto times = [&](const ImportedValue& a, const ImportedValue& b, const char* suffix) {
    return node.append(Binary{BinaryFunction::kMul}, {a, b}, {}, suffix);
  };
  const ImportedValue cube = times(times(x, x, "/square"), x, "/cube");
  const ImportedValue sum =
      node.append(ResidualAdd{}, {x, times(cube, number(0.044715), "/bend")}, {}, "/sum");
  const double slope = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
  return node.append(Unary{UnaryFunction::kTanh, 0, 0}, {times(sum, number(slope), "/scaled")}, {},
                     "/tanh");
}

}  // namespace

ImportedValue binary_of(OnnxNode& node, BinaryFunction function, const ImportedValue& a,
                        const ImportedValue& b) {
  if (!a.is_constant() && !b.is_constant()) {
    if (node.has_batch() && a.shape.size() != b.shape.size())
      fail("operands of {} and {} axes would be broadcast across images", node.rank(a),
           node.rank(b));
    if (function == BinaryFunction::kAdd && a.shape == b.shape)
      return node.append(ResidualAdd{}, {a, b});
  }
  return node.append(Binary{function}, {node.per_image(a, b), node.per_image(b, a)});
}

void build_relu(OnnxNode& node) {
  if (node.input(0).is_constant())
    return build_function(node, {UnaryFunction::kClip, 0, std::numeric_limits<double>::infinity()});
  node.build(Relu{}, {node.input(0)});
}

void build_clip(OnnxNode& node) {
  if (holds_integers(node.input(0))) return build_integer_clip(node);
  double low = node.number("min", -std::numeric_limits<double>::infinity());
  double high = node.number("max", std::numeric_limits<double>::infinity());
  if (node.has_input(1)) low = node.constant_number(1, "minimum");
  if (node.has_input(2)) high = node.constant_number(2, "maximum");
  build_function(node, {UnaryFunction::kClip, low, high});
}

void build_leaky_relu(OnnxNode& node) {
  build_function(node, {UnaryFunction::kLeakyRelu, node.number("alpha", 0.01F), 0});
}

void build_hard_sigmoid(OnnxNode& node) {
  build_function(
      node, {UnaryFunction::kHardSigmoid, node.number("alpha", 0.2F), node.number("beta", 0.5)});
}

// x / 2 · (1 + erf(x / √2))
void build_gelu(OnnxNode& node) {
  const ImportedValue& x = node.input(0);
  if (x.is_constant()) fail("a constant input is not supported");
  const ImportedValue curve = gelu_curve(node, x, node.text("approximate", "none"));
  const ImportedValue share =
      node.append(Binary{BinaryFunction::kAdd}, {curve, number(1)}, {}, "/share");
  const ImportedValue half =
      node.append(Binary{BinaryFunction::kMul}, {x, number(0.5)}, {}, "/half");
  node.build(Binary{BinaryFunction::kMul}, {half, share});
}

template <UnaryFunction kFunction>
void build_unary(OnnxNode& node) {
  build_function(node, {kFunction, 0, 0});
}

namespace {

void build_binary_of(OnnxNode& node, BinaryFunction function, const ImportedValue& a,
                     const ImportedValue& b) {
  if (!a.is_constant() || !b.is_constant()) {
    const bool scales_sums = function == BinaryFunction::kMul && (a.sums || b.sums);
    return node.set_output(0,
                           scales_sums ? scaled_sums(node, a, b) : binary_of(node, function, a, b));
  }
  node.state().take(broadcast_shapes(a.shape, b.shape));
  node.set_constant(digital::apply(Binary{function}, *a.constant, *b.constant), a.element_type);
}

}  // namespace

template <BinaryFunction kFunction>
void build_binary(OnnxNode& node) {
  build_binary_of(node, kFunction, node.input(0), node.input(1));
}

// The exponent's type may differ from the base's, which is the result's.
void build_pow(OnnxNode& node) {
  ImportedValue exponent = node.input(1);
  if (exponent.is_constant() && is_floating_point(node.input(0).element_type))
    exponent.constant = converted(*exponent.constant, true);
  build_binary_of(node, BinaryFunction::kPow, node.input(0), exponent);
}

template void build_unary<UnaryFunction::kSigmoid>(OnnxNode&);
template void build_unary<UnaryFunction::kHardSwish>(OnnxNode&);
template void build_unary<UnaryFunction::kTanh>(OnnxNode&);
template void build_unary<UnaryFunction::kErf>(OnnxNode&);
template void build_unary<UnaryFunction::kSqrt>(OnnxNode&);
template void build_binary<BinaryFunction::kAdd>(OnnxNode&);
template void build_binary<BinaryFunction::kSub>(OnnxNode&);
template void build_binary<BinaryFunction::kMul>(OnnxNode&);
template void build_binary<BinaryFunction::kDiv>(OnnxNode&);
template void build_binary<BinaryFunction::kPRelu>(OnnxNode&);

}  // namespace bitline
