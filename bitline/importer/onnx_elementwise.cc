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

/// A constant that is computed with.
ImportedValue number(double value) {
  Tensor tensor(DType::kF32, {});
  tensor.data<float>()[0] = static_cast<float>(value);
  return {"", {}, tensor, onnx::TensorProto::FLOAT, {}, 0};
}

/// Operands of which one has to be computed, as the network broadcasts them: constants without the
/// axis of images.
std::vector<ImportedValue> together(const OnnxNode& node, std::vector<ImportedValue> operands) {
  const auto computed =
      std::ranges::find_if(operands, [](const auto& value) { return !value.is_constant(); });
  const ImportedValue first = *computed;
  for (ImportedValue& value : operands) {
    if (!value.is_constant() && node.has_batch() && value.shape.size() != first.shape.size())
      fail("operands of {} and {} axes would be broadcast across images", node.rank(first),
           node.rank(value));
    value = node.per_image(value, first);
  }
  return operands;
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
                        const ImportedValue& b, std::string_view suffix) {
  const std::vector<ImportedValue> operands = together(node, {a, b});
  if (function == BinaryFunction::kAdd && !a.is_constant() && !b.is_constant() &&
      a.shape == b.shape)
    return node.append(ResidualAdd{}, operands, {}, suffix);
  ImportedValue y = node.append(Binary{function}, operands, {}, suffix);
  if (is_comparison(function)) y.element_type = onnx::TensorProto::BOOL;
  return y;
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

void build_elu(OnnxNode& node) {
  build_function(node, {UnaryFunction::kElu, node.number("alpha", 1), 0});
}

void build_celu(OnnxNode& node) {
  const double alpha = node.number("alpha", 1);
  if (!(alpha != 0)) fail("alpha is {}, which it divides by; any number but 0 is supported", alpha);
  build_function(node, {UnaryFunction::kCelu, alpha, 0});
}

void build_selu(OnnxNode& node) {
  build_function(node, {UnaryFunction::kSelu, node.number("alpha", 1.67326319217681884765625),
                        node.number("gamma", 1.05070102214813232421875)});
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

// x · tanh(log(1 + e^x)). Exports are of operator set 17, which has neither this function nor the
// next one, so that both are what they are made of.
void build_mish(OnnxNode& node) {
  const ImportedValue& x = node.input(0);
  if (x.is_constant()) fail("a constant input is not supported");
  const ImportedValue bend =
      node.append(Unary{UnaryFunction::kSoftplus, 0, 0}, {x}, {}, "/softplus");
  const ImportedValue share = node.append(Unary{UnaryFunction::kTanh, 0, 0}, {bend}, {}, "/tanh");
  node.build(Binary{BinaryFunction::kMul}, {x, share});
}

// x / (1 + e^(−alpha · x))
void build_swish(OnnxNode& node) {
  const ImportedValue& x = node.input(0);
  if (x.is_constant()) fail("a constant input is not supported");
  const double alpha = node.number("alpha", 1);
  ImportedValue slope = x;
  if (alpha != 1)
    slope = node.append(Binary{BinaryFunction::kMul}, {x, number(alpha)}, {}, "/slope");
  const ImportedValue share =
      node.append(Unary{UnaryFunction::kSigmoid, 0, 0}, {slope}, {}, "/sigmoid");
  node.build(Binary{BinaryFunction::kMul}, {x, share});
}

template <UnaryFunction kFunction>
void build_unary(OnnxNode& node) {
  build_function(node, {kFunction, 0, 0});
}

namespace {

/// Operands together, or folded where both are constant.
ImportedValue combined(OnnxNode& node, BinaryFunction function, const ImportedValue& a,
                       const ImportedValue& b, std::string_view suffix = "") {
  if (!a.is_constant() || !b.is_constant()) {
    const bool scales_sums = function == BinaryFunction::kMul && (a.sums || b.sums);
    return scales_sums ? scaled_sums(node, a, b) : binary_of(node, function, a, b, suffix);
  }
  node.state().take(broadcast_shapes(a.shape, b.shape));
  const Tensor result = digital::apply(Binary{function}, *a.constant, *b.constant);
  if (is_comparison(function))
    return {"", result.shape(), converted(result, false), onnx::TensorProto::BOOL, {}, 0};
  return {"", result.shape(), result, a.element_type, {}, 0};
}

}  // namespace

template <BinaryFunction kFunction>
void build_binary(OnnxNode& node) {
  node.set_output(0, combined(node, kFunction, node.input(0), node.input(1)));
}

template <BinaryFunction kFunction>
void build_extreme(OnnxNode& node) {
  if (node.input_count() == 0) fail("it has no inputs");
  ImportedValue result = node.input(0);
  for (std::size_t i = 1; i < node.input_count(); ++i)
    result = combined(node, kFunction, result, node.input(i),
                      i + 1 == node.input_count() ? "" : fmt::format("/{}", i));
  node.set_output(0, result);
}

void build_where(OnnxNode& node) {
  ImportedValue condition = node.input(0);
  const ImportedValue& a = node.input(1);
  const ImportedValue& b = node.input(2);
  if (node.all_constant()) {
    const Tensor result = digital::where(*condition.constant, *a.constant, *b.constant);
    node.state().take(result.shape());
    return node.set_constant(result, a.element_type);
  }
  if (condition.is_constant()) condition.constant = converted(*condition.constant, true);
  node.build(Where{}, together(node, {condition, a, b}));
}

// The exponent's type may differ from the base's, which is the result's.
void build_pow(OnnxNode& node) {
  ImportedValue exponent = node.input(1);
  if (exponent.is_constant() && is_floating_point(node.input(0).element_type))
    exponent.constant = converted(*exponent.constant, true);
  node.set_output(0, combined(node, BinaryFunction::kPow, node.input(0), exponent));
}

template void build_unary<UnaryFunction::kSigmoid>(OnnxNode&);
template void build_unary<UnaryFunction::kHardSwish>(OnnxNode&);
template void build_unary<UnaryFunction::kTanh>(OnnxNode&);
template void build_unary<UnaryFunction::kErf>(OnnxNode&);
template void build_unary<UnaryFunction::kSqrt>(OnnxNode&);
template void build_unary<UnaryFunction::kAbs>(OnnxNode&);
template void build_unary<UnaryFunction::kNeg>(OnnxNode&);
template void build_unary<UnaryFunction::kExp>(OnnxNode&);
template void build_unary<UnaryFunction::kLog>(OnnxNode&);
template void build_unary<UnaryFunction::kSoftplus>(OnnxNode&);
template void build_unary<UnaryFunction::kSoftsign>(OnnxNode&);
template void build_binary<BinaryFunction::kAdd>(OnnxNode&);
template void build_binary<BinaryFunction::kSub>(OnnxNode&);
template void build_binary<BinaryFunction::kMul>(OnnxNode&);
template void build_binary<BinaryFunction::kDiv>(OnnxNode&);
template void build_binary<BinaryFunction::kPRelu>(OnnxNode&);
template void build_binary<BinaryFunction::kEqual>(OnnxNode&);
template void build_binary<BinaryFunction::kGreater>(OnnxNode&);
template void build_binary<BinaryFunction::kGreaterOrEqual>(OnnxNode&);
template void build_binary<BinaryFunction::kLess>(OnnxNode&);
template void build_binary<BinaryFunction::kLessOrEqual>(OnnxNode&);
template void build_extreme<BinaryFunction::kMax>(OnnxNode&);
template void build_extreme<BinaryFunction::kMin>(OnnxNode&);

}  // namespace bitline
