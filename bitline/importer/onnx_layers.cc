// Convolutions, matrix products, batch-norm.
#include "bitline/base/fail.h"
#include "bitline/digital/digital.h"
#include "bitline/importer/builders.h"
#include "bitline/importer/grids.h"
#include "bitline/importer/onnx_spatial.h"

namespace bitline {
namespace {

/// [channels] from a constant input.
Tensor channel_vector(const OnnxNode& node, std::size_t i, std::string_view what) {
  const Tensor& tensor = node.constant(i, what);
  return tensor.reshaped({tensor.size()});
}

std::vector<std::int64_t> kernel_sizes(const ImportedValue& weight) {
  if (weight.shape.size() < 3) fail("weight of shape {} is not a kernel", to_string(weight.shape));
  return {weight.shape.begin() + 2, weight.shape.end()};
}

Tensor scaled(const Tensor& tensor, double factor) {
  Tensor number(DType::kF32, {1});
  number.data<float>()[0] = static_cast<float>(factor);
  return digital::apply(Binary{BinaryFunction::kMul}, tensor, number);
}

/// The product of two constant matrices: of what a recurrence starts with, for example.
Tensor folded_product(OnnxNode& node, const ImportedValue& a, const ImportedValue& b) {
  if (a.shape.size() != 2 || b.shape.size() != 2)
    fail("a product of constants of shapes {} and {}; supported are two matrices",
         to_string(a.shape), to_string(b.shape));
  if (a.constant->dtype() != DType::kF32 || b.constant->dtype() != DType::kF32)
    fail("a product of constants that are integers; supported are real numbers");
  node.state().take({a.shape[0], b.shape[1]});
  return digital::mat_mul(*a.constant, *b.constant);
}

/// beta · C as one number per output; none where C is a matrix.
std::optional<Tensor> gemm_bias(const Tensor& c, double beta, std::int64_t outputs) {
  if (c.size() != 1 && (c.size() != outputs || c.shape().back() != outputs)) return std::nullopt;
  Tensor bias(DType::kF32, {outputs});
  for (std::size_t i = 0; i < static_cast<std::size_t>(outputs); ++i)
    bias.data<float>()[i] =
        static_cast<float>(beta * static_cast<double>(c.data<float>()[c.size() == 1 ? 0 : i]));
  return bias;
}

}  // namespace

void attach_parameter_grid(OnnxNode& node, const ImportedValue& layer, std::string_view role,
                           const std::optional<QuantSpec>& grid) {
  if (grid) node.state().network.quant[layer.node + "." + std::string(role)] = *grid;
}

ImportedValue times(const ImportedValue& weight, double alpha) {
  if (alpha == 1) return weight;
  ImportedValue result = weight;
  result.constant = weight.constant->clone();
  const auto multiply = [alpha](Tensor& tensor) {
    for (float& v : tensor.data<float>()) v = static_cast<float>(static_cast<double>(v) * alpha);
  };
  multiply(*result.constant);
  if (!result.grid) return result;
  if (alpha < 0)
    fail(
        "alpha {} turns the sign of quantized weights; only positive ones are "
        "supported there",
        alpha);
  result.grid->scale = result.grid->scale.clone();
  multiply(result.grid->scale);
  return result;
}

ImportedValue put_on(OnnxNode& node, ImportedValue y, const std::optional<QuantSpec>& grid) {
  if (!grid) return y;
  node.state().network.quant[y.node] = *grid;
  y.grid = grid;
  y.grid->by_multiplier = false;  // of how values come to it
  return y;
}

ImportedValue linear(OnnxNode& node, ImportedValue x, const ImportedValue& matrix,
                     const std::optional<Tensor>& bias, const std::optional<QuantSpec>& grid) {
  const ImportedValue weight = with_scales_of_input(x, matrix, 1, std::ssize(x.shape) - 1);
  if (node.has_batch() && x.batch_axis + 1 == node.rank(x))
    fail("images lie along the last axis of its input, which it multiplies");
  std::map<std::string, Tensor> parameters{{"weight", *weight.constant}};
  if (bias) parameters["bias"] = *bias;
  const ImportedValue y = node.append(Linear{}, {x}, parameters);
  attach_parameter_grid(node, y, "weight", weight.grid);
  return put_on(node, y, grid);
}

ImportedValue convolution(OnnxNode& node, ImportedValue x, const ImportedValue& kernel,
                          const std::optional<Tensor>& bias, const std::optional<QuantSpec>& grid) {
  const Spatial spatial(node, x, kernel_sizes(kernel));
  const std::int64_t groups = node.integer("group", 1);
  const ImportedValue weight = with_scales_of_input(x, kernel, groups, 0);
  std::map<std::string, Tensor> parameters{{"weight", *spatial.kernel_of(node, weight).constant}};
  if (bias) parameters["bias"] = *bias;
  const Conv conv{spatial.stride, spatial.padding, spatial.dilation, groups};
  const ImportedValue y = node.append(conv, {spatial.image(node, x)}, parameters);
  attach_parameter_grid(node, y, "weight", weight.grid);
  return spatial.result(node, put_on(node, y, grid));
}

void build_conv(OnnxNode& node) {
  node.constant(1, "weight");
  std::optional<Tensor> bias;
  if (node.has_input(2)) bias = channel_vector(node, 2, "bias");
  node.set_output(0, convolution(node, node.input(0), node.input(1), bias, {}));
}

void build_conv_transpose(OnnxNode& node) {
  const ImportedValue& x = node.input(0);
  const ImportedValue& weight = node.input(1);
  node.constant(1, "weight");
  if (node.text("auto_pad", "NOTSET") != "NOTSET" || node.has_attribute("output_shape"))
    fail("auto_pad and output_shape are not supported; export with pads and output_padding");
  const Spatial spatial(node, x, kernel_sizes(weight));
  const std::vector<std::int64_t> extra =
      node.integers("output_padding", std::vector<std::int64_t>(weight.shape.size() - 2));
  if (extra.size() + 2 != weight.shape.size())
    fail("{} output_padding for {} dimensions", extra.size(), weight.shape.size() - 2);
  for (const std::int64_t number : extra)
    if (number < 0 || number > kMostExtent)
      fail("an output_padding of {}; supported are 0 to {}", number, kMostExtent);
  ConvTranspose conv{spatial.stride, spatial.padding, spatial.dilation, extents_of(extra),
                     node.integer("group", 1)};
  if (extra.size() == 1) conv.output_padding.height = 0;
  std::map<std::string, Tensor> parameters{{"weight", *spatial.kernel_of(node, weight).constant}};
  if (node.has_input(2)) parameters["bias"] = channel_vector(node, 2, "bias");
  node.set_output(0, spatial.result(node, node.append(conv, {spatial.image(node, x)}, parameters)));
}

void build_gemm(OnnxNode& node) {
  const double alpha = node.number("alpha", 1);
  const double beta = node.number("beta", 1);
  const bool transposes_b = node.integer("transB", 0) != 0;
  ImportedValue x = node.input(0);
  ImportedValue weight = node.input(1);
  node.constant(1, "matrix B");
  if (weight.shape.size() != 2) fail("B of shape {} is not a matrix", to_string(weight.shape));
  if (node.integer("transA", 0) != 0) {
    if (node.has_batch() && !x.is_constant())
      fail("transA works across images; only whole images are supported");
    x = transposed(node, x, {1, 0});
  }
  if (!transposes_b) weight = transposed(node, weight, {1, 0});
  if (x.is_constant()) {
    Tensor product = folded_product(node, x, transposed(node, times(weight, alpha), {1, 0}));
    if (node.has_input(2))
      product = digital::apply(Binary{BinaryFunction::kAdd}, product,
                               scaled(node.constant(2, "C"), beta));
    return node.set_constant(product, x.element_type);
  }
  if (!node.has_input(2)) return node.set_output(0, linear(node, x, times(weight, alpha), {}, {}));
  const Tensor& c = node.constant(2, "C");
  const std::optional<Tensor> bias = gemm_bias(c, beta, weight.shape[0]);
  const ImportedValue product = linear(node, x, times(weight, alpha), bias, {});
  if (bias) return node.set_output(0, product);
  const ImportedValue addend = node.per_image({"", c.shape(), scaled(c, beta), 1, {}, 0}, product);
  node.set_output(0, node.append(Binary{}, {product, addend}, {}, "/matrix"));
}

ImportedValue mat_mul(OnnxNode& node, const ImportedValue& a, const ImportedValue& b) {
  if (!a.is_constant() && !b.is_constant() && node.has_batch() && a.shape.size() != b.shape.size())
    fail("operands of {} and {} axes would be broadcast across images", node.rank(a), node.rank(b));
  const ImportedValue& computed = a.is_constant() ? b : a;
  if (node.has_batch() && computed.batch_axis + 2 >= node.rank(computed))
    fail("images lie along axis {} of its input, which it multiplies", computed.batch_axis);
  return node.append(MatMul{}, {node.per_image(a, b), node.per_image(b, a)});
}

void build_mat_mul(OnnxNode& node) {
  const ImportedValue& a = node.input(0);
  const ImportedValue& b = node.input(1);
  if (a.is_constant() && b.is_constant())
    return node.set_constant(folded_product(node, a, b), a.element_type);
  const bool is_layer = !a.is_constant() && b.is_constant() && b.shape.size() == 2;
  node.set_output(
      0, is_layer ? linear(node, a, transposed(node, b, {1, 0}), {}, {}) : mat_mul(node, a, b));
}

void build_batch_norm(OnnxNode& node) {
  if (node.integer("training_mode", 0) != 0)
    fail("training_mode = 1 is not supported; export the network for inference");
  if (node.integer("spatial", 1) != 1) fail("spatial = 0 is not supported");
  node.number("momentum", 0.9);
  const ImportedValue& x = node.input(0);
  node.require_images_first(x);
  if (node.axis(x, 1) != 0) fail("its channels are not axis 1 of images");
  const BatchNorm norm{node.epsilon(1e-5)};
  node.build(norm, {x},
             {{"scale", channel_vector(node, 1, "scale")},
              {"shift", channel_vector(node, 2, "bias")},
              {"mean", channel_vector(node, 3, "mean")},
              {"variance", channel_vector(node, 4, "variance")}});
}

}  // namespace bitline
