// Operators that read and give integers, with the grid of each among their inputs: ONNX Runtime's
// operator form of quantized networks.
#include <algorithm>
#include <cmath>

#include "bitline/base/fail.h"
#include "bitline/importer/builders.h"
#include "bitline/importer/linear_grids.h"
#include "bitline/importer/onnx_tensor.h"

namespace bitline {
namespace {

using onnx::TensorProto;

/// The element type of integers whose zero point is input `zero_point`; where that is missing, that
/// of input `like`.
int type_of_integers(const OnnxNode& node, std::size_t zero_point, std::size_t like) {
  if (node.has_input(zero_point)) return node.input(zero_point).element_type;
  const ImportedValue& value = node.input(like);
  if (!value.grid) return value.element_type;
  return value.grid->is_signed ? TensorProto::INT8 : TensorProto::UINT8;
}

/// The real numbers of input i, whose grid the next two inputs state. Several scales of a constant
/// run along `axis`.
ImportedValue real_input(const OnnxNode& node, std::size_t i, std::int64_t axis = 0) {
  const ImportedValue& x = node.input(i);
  return dequantized(x, linear_grids(node, {i + 1, i + 2}, type_of_integers(node, i + 2, i),
                                     node.file_shape(x), axis));
}

/// The grid of the result, which two inputs state; without a zero point its integers are of the
/// type of input `like`.
QuantSpec result_grid(const OnnxNode& node, std::size_t scale, std::size_t like) {
  const Grids grids =
      linear_grids(node, {scale, scale + 1}, type_of_integers(node, scale + 1, like), {}, 0);
  if (grids.zero_points.size() != 1)
    fail("{} zero points for its result", grids.zero_points.size());
  require_positive(grids.spec.scale);
  QuantSpec spec = grids.spec;
  spec.zero_point = grids.zero_points[0];
  validate(spec, "the grid of its result");
  return spec;
}

/// The same for a layer, whose sums come to it by one multiplier.
QuantSpec layer_result_grid(const OnnxNode& node, std::size_t scale) {
  QuantSpec spec = result_grid(node, scale, 0);
  spec.by_multiplier = true;
  return spec;
}

void require_channels_first(OnnxNode& node) {
  if (node.integer("channels_last", 0) != 0)
    fail("channels_last = 1 is not supported; export with channels first");
}

/// INT32 integers of a bias, one per output, in units of input scale times weight scale.
std::optional<Tensor> real_bias(const OnnxNode& node, std::size_t i, const Tensor& input_scale,
                                const Tensor& weight_scale, double factor, std::int64_t outputs) {
  if (!node.has_input(i)) return std::nullopt;
  const std::vector<std::int64_t> integers = node.constant_integers(i, "bias");
  const auto scales = weight_scale.data<float>();
  const bool fits = std::ssize(integers) == outputs || integers.size() == 1;
  if (!fits || (scales.size() != 1 && std::ssize(scales) != outputs))
    fail("{} biases and {} scales of weights for {} outputs", integers.size(), scales.size(),
         outputs);
  Tensor bias(DType::kF32, {outputs});
  const auto real = bias.data<float>();
  for (std::size_t o = 0; o < real.size(); ++o) {
    const double scale = static_cast<double>(input_scale.data<float>()[0]) *
                         static_cast<double>(scales[scales.size() == 1 ? 0 : o]) * factor;
    real[o] =
        static_cast<float>(static_cast<double>(integers[integers.size() == 1 ? 0 : o]) * scale);
  }
  return bias;
}

/// A weight [in, out] as [out, in].
ImportedValue output_first(OnnxNode& node, const ImportedValue& matrix) {
  return transposed(node, matrix, {1, 0});
}

/// The first input through `op`, then on the grid that inputs 3 and 4 state.
void build_qlinear_unary(OnnxNode& node, const Unary& unary) {
  const QuantSpec spec = result_grid(node, 3, 0);
  node.set_output(0, put_on(node, node.append(unary, {real_input(node, 0)}), spec));
}

}  // namespace

// x, its grid, w, its grid, the result's grid, and a bias.
void build_qlinear_conv(OnnxNode& node) {
  node.constant(3, "weight");
  const ImportedValue x = real_input(node, 0);
  const ImportedValue weight = real_input(node, 3);
  if (weight.shape.empty()) fail("its weight is a single number");
  const std::optional<Tensor> bias =
      real_bias(node, 8, node.constant(1, "scale"), node.constant(4, "scale"), 1, weight.shape[0]);
  node.set_output(0, convolution(node, x, weight, bias, layer_result_grid(node, 6)));
}

// a, its grid, b, its grid, the result's grid.
void build_qlinear_mat_mul(OnnxNode& node) {
  const ImportedValue a = real_input(node, 0);
  const ImportedValue b = real_input(node, 3, -1);
  if (!a.is_constant() && b.is_constant() && b.shape.size() == 2)
    return node.set_output(0,
                           linear(node, a, output_first(node, b), {}, layer_result_grid(node, 6)));
  const ImportedValue product = mat_mul(node, a, b);
  node.set_output(0, put_on(node, product, result_grid(node, 6, 0)));
}

// A, its grid, B, its grid, C in units of alpha times both scales, and the result's grid; without
// that the result is real numbers.
void build_qgemm(OnnxNode& node) {
  const double alpha = node.number("alpha", 1);
  const bool transposes_b = node.integer("transB", 0) != 0;
  if (node.integer("transA", 0) != 0)
    fail("transA works across images; only whole images are supported");
  const Tensor& b = node.constant(3, "matrix B");
  if (b.shape().size() != 2) fail("B of shape {} is not a matrix", to_string(b.shape()));
  const ImportedValue a = real_input(node, 0);
  ImportedValue weight = real_input(node, 3, transposes_b ? 0 : 1);
  if (!transposes_b) weight = output_first(node, weight);
  const std::optional<Tensor> bias = real_bias(node, 6, node.constant(1, "scale"),
                                               node.constant(4, "scale"), alpha, weight.shape[0]);
  std::optional<QuantSpec> grid;
  if (node.has_input(7)) grid = layer_result_grid(node, 7);
  node.set_output(0, linear(node, a, times(weight, alpha), bias, grid));
}

// a, its grid, b, its grid, the result's grid.
template <BinaryFunction kFunction>
void build_qlinear_binary(OnnxNode& node) {
  const QuantSpec spec = result_grid(node, 6, 0);
  const ImportedValue y = binary_of(node, kFunction, real_input(node, 0), real_input(node, 3));
  node.set_output(0, put_on(node, y, spec));
}

void build_qlinear_average_pool(OnnxNode& node) {
  require_channels_first(node);
  node.set_output(0, average_pool(node, real_input(node, 0), result_grid(node, 3, 0)));
}

void build_qlinear_global_average_pool(OnnxNode& node) {
  require_channels_first(node);
  node.set_output(0, global_average_pool(node, real_input(node, 0), result_grid(node, 3, 0)));
}

// The result's grid, then each part with its grid.
void build_qlinear_concat(OnnxNode& node) {
  std::vector<ImportedValue> parts;
  for (std::size_t i = 2; i < node.input_count(); i += 3) parts.push_back(real_input(node, i));
  const QuantSpec spec = result_grid(node, 0, 2);
  node.set_output(0, put_on(node, concatenated(node, parts, node.integer("axis", 1)), spec));
}

void build_qlinear_sigmoid(OnnxNode& node) {
  build_qlinear_unary(node, {UnaryFunction::kSigmoid, 0, 0});
}

void build_qlinear_leaky_relu(OnnxNode& node) {
  build_qlinear_unary(node, {UnaryFunction::kLeakyRelu, node.number("alpha", 0.01F), 0});
}

template void build_qlinear_binary<BinaryFunction::kAdd>(OnnxNode&);
template void build_qlinear_binary<BinaryFunction::kMul>(OnnxNode&);

}  // namespace bitline
