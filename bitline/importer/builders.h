// The functions that build network nodes, by family, and what they share. Internal to importer/.
#pragma once

#include "bitline/importer/onnx_node.h"

namespace bitline {

// Layers: onnx_layers.cc.
void build_conv(OnnxNode& node);
void build_conv_transpose(OnnxNode& node);
void build_gemm(OnnxNode& node);
void build_mat_mul(OnnxNode& node);
void build_batch_norm(OnnxNode& node);

// Pooling: onnx_pooling.cc.
void build_max_pool(OnnxNode& node);
void build_average_pool(OnnxNode& node);
void build_global_average_pool(OnnxNode& node);

// Element by element: onnx_elementwise.cc.
void build_relu(OnnxNode& node);
void build_clip(OnnxNode& node);
void build_leaky_relu(OnnxNode& node);
void build_elu(OnnxNode& node);
void build_celu(OnnxNode& node);
void build_selu(OnnxNode& node);
void build_pow(OnnxNode& node);
void build_hard_sigmoid(OnnxNode& node);
void build_gelu(OnnxNode& node);
void build_mish(OnnxNode& node);
void build_swish(OnnxNode& node);
void build_where(OnnxNode& node);
template <UnaryFunction kFunction>
void build_unary(OnnxNode& node);
template <BinaryFunction kFunction>
void build_binary(OnnxNode& node);
/// Of any number of inputs.
template <BinaryFunction kFunction>
void build_extreme(OnnxNode& node);

// Sums over axes: onnx_reductions.cc.
void build_softmax(OnnxNode& node);
void build_log_softmax(OnnxNode& node);
void build_layer_norm(OnnxNode& node);
void build_group_norm(OnnxNode& node);
void build_instance_norm(OnnxNode& node);
void build_reduce_mean(OnnxNode& node);

// Operators on integers: onnx_integer_operators.cc, integer_sums.cc.
void build_qlinear_conv(OnnxNode& node);
void build_qlinear_mat_mul(OnnxNode& node);
void build_qgemm(OnnxNode& node);
template <BinaryFunction kFunction>
void build_qlinear_binary(OnnxNode& node);
void build_qlinear_average_pool(OnnxNode& node);
void build_qlinear_global_average_pool(OnnxNode& node);
void build_qlinear_concat(OnnxNode& node);
void build_qlinear_sigmoid(OnnxNode& node);
void build_qlinear_leaky_relu(OnnxNode& node);
void build_conv_integer(OnnxNode& node);
void build_mat_mul_integer(OnnxNode& node);

// Shapes: onnx_shapes.cc.
void build_reshape(OnnxNode& node);
void build_flatten(OnnxNode& node);
void build_squeeze(OnnxNode& node);
void build_unsqueeze(OnnxNode& node);
void build_transpose(OnnxNode& node);
void build_shape(OnnxNode& node);

// Concatenation and padding: onnx_joining.cc.
void build_concat(OnnxNode& node);
void build_pad(OnnxNode& node);

// Channels to places and back: onnx_shapes.cc.
void build_depth_to_space(OnnxNode& node);
void build_space_to_depth(OnnxNode& node);

// Parts: onnx_selection.cc.
void build_split(OnnxNode& node);
void build_slice(OnnxNode& node);
void build_gather(OnnxNode& node);
void build_resize(OnnxNode& node);

// Constants: onnx_constants.cc.
/// A constant as F32 or I64. Throws Error for a number that has no integer.
Tensor converted(const Tensor& tensor, bool to_floating_point);
void build_constant(OnnxNode& node);
void build_constant_of_shape(OnnxNode& node);
void build_cast(OnnxNode& node);
void build_identity(OnnxNode& node);
void build_dropout(OnnxNode& node);

// Integer grids: onnx_grids.cc.
void build_quantize_linear(OnnxNode& node);
void build_dequantize_linear(OnnxNode& node);
void build_quant(OnnxNode& node);
void build_bipolar_quant(OnnxNode& node);
void build_trunc(OnnxNode& node);
void build_multi_threshold(OnnxNode& node);

/// Appends what only moves elements, or folds it where the input is constant; a grid stays on it.
ImportedValue reshaped(OnnxNode& node, const ImportedValue& value, const Shape& shape,
                       std::string_view suffix = "/reshape");
ImportedValue transposed(OnnxNode& node, const ImportedValue& value,
                         const std::vector<std::int64_t>& order,
                         std::string_view suffix = "/transpose");
ImportedValue gathered(OnnxNode& node, const ImportedValue& value, std::int64_t axis,
                       std::vector<std::int64_t> indices, std::string_view suffix = "");

/// A convolution of `x` by the node's attributes, or x · matrixᵀ with matrix [out, in], whose value
/// stands for the integers of `grid` where there is one.
ImportedValue convolution(OnnxNode& node, ImportedValue x, const ImportedValue& kernel,
                          const std::optional<Tensor>& bias, const std::optional<QuantSpec>& grid);
ImportedValue linear(OnnxNode& node, ImportedValue x, const ImportedValue& matrix,
                     const std::optional<Tensor>& bias, const std::optional<QuantSpec>& grid);
/// The value of a node that was just appended, now standing for the integers of `grid`, where there
/// is one.
ImportedValue put_on(OnnxNode& node, ImportedValue y, const std::optional<QuantSpec>& grid);
/// The product of two values of which at least one is computed, over their last two axes.
ImportedValue mat_mul(OnnxNode& node, const ImportedValue& a, const ImportedValue& b);
/// A weight and its scales times a number. Throws Error where that turns the sign of a grid.
ImportedValue times(const ImportedValue& weight, double alpha);
/// Values one behind the other along an axis of the file; of one grid where they stand for
/// integers.
ImportedValue concatenated(OnnxNode& node, std::vector<ImportedValue> parts, std::int64_t axis);
/// Means over windows by the node's attributes, and over whole images.
ImportedValue average_pool(OnnxNode& node, const ImportedValue& x,
                           const std::optional<QuantSpec>& grid);
ImportedValue global_average_pool(OnnxNode& node, const ImportedValue& x,
                                  const std::optional<QuantSpec>& grid);
/// Operands of which one has to be computed, brought together as the node's operator says.
ImportedValue binary_of(OnnxNode& node, BinaryFunction function, const ImportedValue& a,
                        const ImportedValue& b, std::string_view suffix = "");

/// Puts the parameter's grid on the network, where the constant has one.
void attach_parameter_grid(OnnxNode& node, const ImportedValue& layer, std::string_view role,
                           const std::optional<QuantSpec>& grid);

}  // namespace bitline
