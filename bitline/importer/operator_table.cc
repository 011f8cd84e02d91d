// Which function builds which operator.
#include <algorithm>
#include <array>

#include "bitline/importer/builders.h"

namespace bitline {
namespace {

struct Entry {
  std::string_view domain;
  std::string_view op_type;
  OnnxBuilder builder;
};

constexpr std::string_view kBrevitas = "onnx.brevitas";
constexpr std::string_view kQonnx = "qonnx.custom_op.general";
constexpr std::string_view kFinn = "finn.custom_op.general";  // what kQonnx was called before
constexpr std::string_view kOnnxRuntime = "com.microsoft";

constexpr Entry kOperators[] = {
    {"", "Abs", build_unary<UnaryFunction::kAbs>},
    {"", "Add", build_binary<BinaryFunction::kAdd>},
    {"", "AveragePool", build_average_pool},
    {"", "BatchNormalization", build_batch_norm},
    {"", "Cast", build_cast},
    {"", "Celu", build_celu},
    {"", "BipolarQuant", build_bipolar_quant},
    {"", "Clip", build_clip},
    {"", "Concat", build_concat},
    {"", "Constant", build_constant},
    {"", "ConstantOfShape", build_constant_of_shape},
    {"", "Conv", build_conv},
    {"", "ConvInteger", build_conv_integer},
    {"", "ConvTranspose", build_conv_transpose},
    {"", "DepthToSpace", build_depth_to_space},
    {"", "DequantizeLinear", build_dequantize_linear},
    {"", "Div", build_binary<BinaryFunction::kDiv>},
    {"", "Dropout", build_dropout},
    {"", "Elu", build_elu},
    {"", "Equal", build_binary<BinaryFunction::kEqual>},
    {"", "Erf", build_unary<UnaryFunction::kErf>},
    {"", "Exp", build_unary<UnaryFunction::kExp>},
    {"", "Flatten", build_flatten},
    {"", "Gather", build_gather},
    {"", "Gelu", build_gelu},
    {"", "Gemm", build_gemm},
    {"", "GlobalAveragePool", build_global_average_pool},
    {"", "Greater", build_binary<BinaryFunction::kGreater>},
    {"", "GreaterOrEqual", build_binary<BinaryFunction::kGreaterOrEqual>},
    {"", "GroupNormalization", build_group_norm},
    {"", "HardSigmoid", build_hard_sigmoid},
    {"", "HardSwish", build_unary<UnaryFunction::kHardSwish>},
    {"", "Identity", build_identity},
    {"", "InstanceNormalization", build_instance_norm},
    {"", "LayerNormalization", build_layer_norm},
    {"", "LeakyRelu", build_leaky_relu},
    {"", "Less", build_binary<BinaryFunction::kLess>},
    {"", "LessOrEqual", build_binary<BinaryFunction::kLessOrEqual>},
    {"", "Log", build_unary<UnaryFunction::kLog>},
    {"", "LogSoftmax", build_log_softmax},
    {"", "MatMul", build_mat_mul},
    {"", "MatMulInteger", build_mat_mul_integer},
    {"", "Max", build_extreme<BinaryFunction::kMax>},
    {"", "MaxPool", build_max_pool},
    {"", "Min", build_extreme<BinaryFunction::kMin>},
    {"", "Mish", build_mish},
    {"", "Mul", build_binary<BinaryFunction::kMul>},
    {"", "Neg", build_unary<UnaryFunction::kNeg>},
    {"", "PRelu", build_binary<BinaryFunction::kPRelu>},
    {"", "Pad", build_pad},
    {"", "Pow", build_pow},
    {"", "QLinearConv", build_qlinear_conv},
    {"", "QLinearMatMul", build_qlinear_mat_mul},
    {"", "MultiThreshold", build_multi_threshold},
    {"", "Quant", build_quant},
    {"", "QuantizeLinear", build_quantize_linear},
    {"", "ReduceMean", build_reduce_mean},
    {"", "Relu", build_relu},
    {"", "Reshape", build_reshape},
    {"", "Resize", build_resize},
    {"", "Selu", build_selu},
    {"", "Shape", build_shape},
    {"", "Sigmoid", build_unary<UnaryFunction::kSigmoid>},
    {"", "Slice", build_slice},
    {"", "Softmax", build_softmax},
    {"", "Softplus", build_unary<UnaryFunction::kSoftplus>},
    {"", "Softsign", build_unary<UnaryFunction::kSoftsign>},
    {"", "SpaceToDepth", build_space_to_depth},
    {"", "Split", build_split},
    {"", "Sqrt", build_unary<UnaryFunction::kSqrt>},
    {"", "Squeeze", build_squeeze},
    {"", "Sub", build_binary<BinaryFunction::kSub>},
    {"", "Swish", build_swish},
    {"", "Tanh", build_unary<UnaryFunction::kTanh>},
    {"", "Transpose", build_transpose},
    {"", "Trunc", build_trunc},
    {"", "Unsqueeze", build_unsqueeze},
    {"", "Where", build_where},
    {kBrevitas, "BipolarQuant", build_bipolar_quant},
    {kBrevitas, "Quant", build_quant},
    {kBrevitas, "Trunc", build_trunc},
    {kFinn, "BipolarQuant", build_bipolar_quant},
    {kFinn, "MultiThreshold", build_multi_threshold},
    {kFinn, "Quant", build_quant},
    {kFinn, "Trunc", build_trunc},
    {kOnnxRuntime, "DequantizeLinear", build_dequantize_linear},
    {kOnnxRuntime, "Gelu", build_gelu},
    {kOnnxRuntime, "QGemm", build_qgemm},
    {kOnnxRuntime, "QLinearAdd", build_qlinear_binary<BinaryFunction::kAdd>},
    {kOnnxRuntime, "QLinearAveragePool", build_qlinear_average_pool},
    {kOnnxRuntime, "QLinearConcat", build_qlinear_concat},
    {kOnnxRuntime, "QLinearConv", build_qlinear_conv},
    {kOnnxRuntime, "QLinearGlobalAveragePool", build_qlinear_global_average_pool},
    {kOnnxRuntime, "QLinearLeakyRelu", build_qlinear_leaky_relu},
    {kOnnxRuntime, "QLinearMul", build_qlinear_binary<BinaryFunction::kMul>},
    {kOnnxRuntime, "QLinearSigmoid", build_qlinear_sigmoid},
    {kOnnxRuntime, "QuantizeLinear", build_quantize_linear},
    {kQonnx, "BipolarQuant", build_bipolar_quant},
    {kQonnx, "IntQuant", build_quant},
    {kQonnx, "MultiThreshold", build_multi_threshold},
    {kQonnx, "Quant", build_quant},
    {kQonnx, "Trunc", build_trunc},
};

}  // namespace

OnnxBuilder find_onnx_builder(std::string_view domain, std::string_view op_type) {
  if (domain == "ai.onnx") domain = "";
  const auto found = std::ranges::find_if(kOperators, [&](const Entry& entry) {
    return entry.domain == domain && entry.op_type == op_type;
  });
  return found == std::end(kOperators) ? nullptr : found->builder;
}

std::vector<std::string> supported_onnx_operators() {
  std::vector<std::string> names;
  for (const Entry& entry : kOperators) names.emplace_back(entry.op_type);
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::vector<std::string> onnx_domains_of(std::string_view op_type) {
  std::vector<std::string> domains;
  for (const Entry& entry : kOperators)
    if (entry.op_type == op_type)
      domains.emplace_back(entry.domain.empty() ? "ONNX's own" : entry.domain);
  return domains;
}

}  // namespace bitline
