#include "bitline/importer/integer_sums.h"

#include <algorithm>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/importer/builders.h"
#include "bitline/importer/grids.h"
#include "bitline/importer/onnx_tensor.h"

namespace bitline {
namespace {

/// A zero point, or one per entry; 0 where the input is missing.
std::vector<std::int64_t> zero_points(const OnnxNode& node, std::size_t input) {
  if (!node.has_input(input)) return {0};
  return node.constant_integers(input, "zero point");
}

/// The real numbers of its first input, which has to stand for integers.
ImportedValue real_input(OnnxNode& node) {
  ImportedValue x = node.input(0);
  if (x.is_constant() || !x.grid || x.channel_scales)
    fail("its first input has to be the integers of a QuantizeLinear with one scale");
  for (const std::int64_t z : zero_points(node, 2))
    if (z != x.grid->zero_point)
      fail("its zero point {} is not the {} of the QuantizeLinear in front of it", z,
           x.grid->zero_point);
  x.grid.reset();
  return x;
}

/// Its second input as integers of scale 1, less their zero points, which run along `axis`.
ImportedValue integer_weight(OnnxNode& node, int axis) {
  const Tensor& integers = node.constant(1, "weight");
  const ImportedValue& weight = node.input(1);
  const auto [bits, is_signed] = integer_type(weight.element_type);
  if (integers.dtype() != DType::kI64 || bits == 0 || bits > 8)
    fail("its weight is of type {}; supported are integers of 8 bits and fewer",
         name_of_element_type(weight.element_type));
  Grids grids;
  grids.spec.bits = bits;
  grids.spec.is_signed = is_signed;
  grids.zero_points = zero_points(node, 3);
  const std::int64_t count = std::ssize(grids.zero_points);
  if (count != 1) {
    grids.spec.axis = axis;
    if (axis >= std::ssize(weight.shape) || weight.shape[static_cast<std::size_t>(axis)] != count)
      fail("{} zero points for a weight of shape {}", count, to_string(weight.shape));
  }
  grids.spec.scale = Tensor(DType::kF32, {count});
  std::ranges::fill(grids.spec.scale.data<float>(), 1.0F);
  const auto data = integers.data<std::int64_t>();
  return on_grid(data, weight.shape, grids);
}

/// `y` is what the layer appended last gives.
void set_sums(OnnxNode& node, ImportedValue y) {
  const Node& last = node.network().nodes.back();
  const Node& layer = is_layer(last) ? last : *node.state().node(last.inputs[0]);
  const Tensor& input_scale = node.input(0).grid->scale;
  y.sums = {layer.parameters.at("weight"), static_cast<double>(input_scale.data<float>()[0])};
  y.element_type = onnx::TensorProto::INT32;
  node.set_output(0, std::move(y));
}

/// One number, or one for each of the `outputs` of the sums' channel axis.
void require_one_per_output(const ImportedValue& sums, const ImportedValue& factor,
                            std::int64_t outputs, bool is_linear) {
  if (element_count(factor.shape) == 1) return;
  const std::size_t from_end = is_linear ? 1 : sums.shape.size();
  const bool fits = factor.shape.size() >= from_end && element_count(factor.shape) == outputs &&
                    factor.shape[factor.shape.size() - from_end] == outputs;
  if (!fits)
    fail(
        "it multiplies the sums of integers by a constant of shape {}; supported are one number, "
        "or one for each of the {} outputs",
        to_string(factor.shape), outputs);
}

}  // namespace

void build_conv_integer(OnnxNode& node) {
  const ImportedValue weight = integer_weight(node, 0);
  set_sums(node, convolution(node, real_input(node), weight, {}, {}));
}

void build_mat_mul_integer(OnnxNode& node) {
  const ImportedValue weight = integer_weight(node, 1);
  if (weight.shape.size() != 2)
    fail("its second input has shape {}; supported are matrices", to_string(weight.shape));
  set_sums(node, linear(node, real_input(node), transposed(node, weight, {1, 0}), {}, {}));
}

ImportedValue scaled_sums(OnnxNode& node, const ImportedValue& a, const ImportedValue& b) {
  const ImportedValue& sums = a.sums ? a : b;
  const ImportedValue& factor = a.sums ? b : a;
  if (!factor.is_constant() || factor.constant->dtype() != DType::kF32)
    fail("it multiplies the sums of integers by what is no constant of real numbers");
  if (sums.element_type != onnx::TensorProto::FLOAT)
    fail("it multiplies integers by real numbers; put a Cast to FLOAT in front of it");
  Tensor& weight = node.state().network.tensors.at(sums.sums->weight);
  if (!node.state().first_scaling(sums.sums->weight))
    fail("the sums of one layer are multiplied twice; multiply once, and again behind that");
  require_one_per_output(sums, factor, weight.dim(0), weight.shape().size() == 2);
  Grids grids;
  grids.spec = node.network().quant.at(sums.sums->weight);
  grids.zero_points = {0};
  grids.spec.axis = factor.constant->size() == 1 ? -1 : 0;
  grids.spec.scale = Tensor(DType::kF32, {factor.constant->size()});
  std::ranges::transform(
      factor.constant->data<float>(), grids.spec.scale.data<float>().begin(),
      [&](float f) { return static_cast<float>(static_cast<double>(f) / sums.sums->input_scale); });
  require_finite(grids.spec.scale);
  const auto levels = weight.data<float>();
  const std::vector<std::int64_t> integers(levels.begin(), levels.end());
  const ImportedValue scaled = on_grid(integers, weight.shape(), grids);
  node.state().network.quant[sums.sums->weight] = *scaled.grid;
  weight = *scaled.constant;
  ImportedValue y = sums;
  y.sums.reset();
  return y;
}

}  // namespace bitline
