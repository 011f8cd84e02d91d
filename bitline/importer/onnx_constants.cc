#include <algorithm>

#include "bitline/base/fail.h"
#include "bitline/importer/builders.h"
#include "bitline/importer/onnx_tensor.h"

namespace bitline {
namespace {

constexpr int kFloat = onnx::TensorProto::FLOAT;
constexpr int kInteger = onnx::TensorProto::INT64;

Tensor to_floats(const std::vector<double>& numbers, Shape shape) {
  Tensor tensor(DType::kF32, std::move(shape));
  std::ranges::transform(numbers, tensor.data<float>().begin(),
                         [](double v) { return static_cast<float>(v); });
  return tensor;
}

}  // namespace

Tensor converted(const Tensor& tensor, bool to_floating_point) {
  if (to_floating_point == (tensor.dtype() == DType::kF32)) return tensor;
  Tensor result(to_floating_point ? DType::kF32 : DType::kI64, tensor.shape());
  if (to_floating_point) {
    std::ranges::transform(tensor.data<std::int64_t>(), result.data<float>().begin(),
                           [](std::int64_t v) { return static_cast<float>(v); });
    return result;
  }
  constexpr float kMost = 9.0e18F;
  std::ranges::transform(tensor.data<float>(), result.data<std::int64_t>().begin(), [](float v) {
    if (!(v > -kMost && v < kMost)) fail("{} has no integer", v);
    return static_cast<std::int64_t>(v);
  });
  return result;
}

namespace {

/// A constant as one of `type`.
Tensor cast_to(int type, const Tensor& tensor) {
  if (type == onnx::TensorProto::BOOL) {
    const Tensor real = converted(tensor, true);
    Tensor result(DType::kI64, tensor.shape());
    std::ranges::transform(real.data<float>(), result.data<std::int64_t>().begin(),
                           [](float v) { return std::int64_t{v != 0}; });
    return result;
  }
  Tensor result = converted(tensor, is_floating_point(type));
  const auto [bits, is_signed] = integer_type(type);
  if (bits == 0) return result;
  const std::int64_t least = is_signed ? -(std::int64_t{1} << (bits - 1)) : 0;
  const std::int64_t most = least + (std::int64_t{1} << bits) - 1;
  for (const std::int64_t v : result.data<std::int64_t>())
    if (v < least || v > most)
      fail("a constant {} is cast to {}, which holds {} to {}", v, name_of_element_type(type),
           least, most);
  return result;
}

}  // namespace

void build_constant(OnnxNode& node) {
  if (node.has_attribute("value")) {
    int type = kFloat;
    Tensor tensor = node.tensor("value", type);
    node.state().add_initializer(tensor.size());
    return node.set_constant(std::move(tensor), type);
  }
  if (node.has_attribute("value_float"))
    return node.set_constant(to_floats({node.number("value_float", 0)}, {}), kFloat);
  if (node.has_attribute("value_floats")) {
    const std::vector<double> numbers = node.numbers("value_floats");
    return node.set_constant(to_floats(numbers, {std::ssize(numbers)}), kFloat);
  }
  std::vector<std::int64_t> integers{node.integer("value_int", 0)};
  Shape shape;
  if (node.has_attribute("value_ints")) {
    integers = node.integers("value_ints", {});
    shape = {std::ssize(integers)};
  } else if (!node.has_attribute("value_int")) {
    fail(
        "its value is of a kind that is not supported; supported are tensors, numbers and "
        "integers");
  }
  node.set_constant(Tensor::of<std::int64_t>(shape, integers), kInteger);
}

// A tensor with one entry per image has the same for all: one entry stands for them.
void build_constant_of_shape(OnnxNode& node) {
  Shape shape = node.constant_integers(0, "shape");
  if (node.batch() == kAnyBatch && !shape.empty() && shape[0] == kAnyBatch) shape[0] = 1;
  node.state().take(shape);
  int type = kFloat;
  Tensor value(DType::kF32, {1});
  if (node.has_attribute("value")) value = node.tensor("value", type);
  if (value.size() != 1) fail("its value has {} elements instead of one", value.size());
  Tensor tensor(value.dtype(), shape);
  if (value.dtype() == DType::kF32)
    std::ranges::fill(tensor.data<float>(), value.data<float>()[0]);
  else
    std::ranges::fill(tensor.data<std::int64_t>(), value.data<std::int64_t>()[0]);
  node.set_constant(std::move(tensor), type);
}

namespace {

/// Whether it is 0 or 1 everywhere: a comparison, or what a cast to BOOL made.
bool is_mask(const OnnxNode& node, const ImportedValue& x) {
  const Node* maker = node.maker(x);
  const auto* binary = maker == nullptr ? nullptr : std::get_if<Binary>(&maker->op);
  const auto* unary = maker == nullptr ? nullptr : std::get_if<Unary>(&maker->op);
  return (binary != nullptr && is_comparison(binary->function)) ||
         (unary != nullptr && unary->function == UnaryFunction::kNonZero);
}

ImportedValue mask_of(OnnxNode& node, const ImportedValue& x) {
  ImportedValue y = is_mask(node, x) ? x : node.append(Unary{UnaryFunction::kNonZero, 0, 0}, {x});
  y.element_type = onnx::TensorProto::BOOL;
  return y;
}

}  // namespace

void build_cast(OnnxNode& node) {
  const ImportedValue& x = node.input(0);
  const auto type = static_cast<int>(node.integer("to", kFloat));
  node.integer("saturate", 1);    // of casts to float8, which are refused
  node.text("round_mode", "up");  // likewise
  if (type == onnx::TensorProto::FLOAT16 || type == onnx::TensorProto::BFLOAT16)
    fail("a cast to {} is not supported; export the network in float32",
         name_of_element_type(type));
  if (x.is_constant()) {
    node.state().take(x.shape);
    // The integers of a real number's grid are not that number's integer part, nor the other way.
    const bool keeps_grid = is_floating_point(type) == (x.constant->dtype() == DType::kF32);
    return node.set_constant(cast_to(type, *x.constant), type, keeps_grid ? x.grid : std::nullopt);
  }
  if (x.sums && (type == kFloat || type == x.element_type)) {
    ImportedValue y = x;
    y.element_type = type;
    return node.set_output(0, y);
  }
  if (type == onnx::TensorProto::BOOL) return node.set_output(0, mask_of(node, x));
  if (type != kFloat || (!is_floating_point(x.element_type) && !is_mask(node, x)))
    fail("a value of the network is cast to {}; only FLOAT and BOOL are supported",
         name_of_element_type(type));
  ImportedValue y = x;
  y.element_type = type;
  node.set_output(0, y);
}

void build_identity(OnnxNode& node) { node.set_output(0, node.input(0)); }

void build_dropout(OnnxNode& node) {
  node.number("ratio", 0);
  node.integer("seed", 0);
  if (node.wants_output(1)) fail("its second output (mask) is not supported");
  if (node.has_input(2) && node.constant_number(2, "training mode") != 0)
    fail("training_mode = 1 is not supported; export the network for inference");
  build_identity(node);
}

}  // namespace bitline
