#include "bitline/exporter/onnx_operators.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "bitline/base/fail.h"
#include "bitline/exporter/onnx_windows.h"

namespace bitline {
namespace {

using Integers = std::vector<std::int64_t>;

/// Behind the axis that counts the images.
Integers behind_batch(const Integers& axes) {
  Integers result;
  for (const std::int64_t axis : axes) result.push_back(axis + 1);
  return result;
}

/// The shape of an ONNX value of `rank` axes and the batch; 0 keeps the batch's extent.
Integers file_shape(const Shape& shape, std::size_t rank) {
  Integers result{0};
  result.resize(1 + rank - shape.size(), 1);
  result.insert(result.end(), shape.begin(), shape.end());
  return result;
}

/// ONNX's operators in the order of the enumerators; what has none is empty: kTruncate is the
/// format's, with its grid, and kNonZero a Cast to BOOL.
template <NamedEnum Function>
using OnnxNames = std::array<std::string_view, EnumNames<Function>::kNames.size()>;
constexpr OnnxNames<UnaryFunction> kUnaryNames{
    "Clip", "LeakyRelu", "Sigmoid",  "HardSigmoid", "HardSwish", "Tanh", "Erf",
    "Sqrt", "",          "Abs",      "Neg",         "Exp",       "Log",  "Elu",
    "Celu", "Selu",      "Softplus", "Softsign",    ""};
constexpr OnnxNames<BinaryFunction> kBinaryNames{"Add",
                                                 "Sub",
                                                 "Mul",
                                                 "Div",
                                                 "Pow",
                                                 "PRelu",
                                                 "Max",
                                                 "Min",
                                                 "Equal",
                                                 "Greater",
                                                 "GreaterOrEqual",
                                                 "Less",
                                                 "LessOrEqual"};

template <NamedEnum Function>
std::string_view onnx_name(const OnnxNames<Function>& names, Function function) {
  const std::string_view name = names.at(static_cast<std::size_t>(function));
  if (name.empty()) fail("{} {} has no ONNX node", EnumNames<Function>::kWhat, name_of(function));
  return name;
}

/// One function per operator.
struct Writer {
  const OperatorContext& context;
  const Node& node;
  const std::string& output;

  void operator()(const Input&) const { fail("it is not the network's first node"); }
  void operator()(const Constant&) const { fail("a constant has no ONNX node"); }
  void operator()(const Conv& conv) const;
  void operator()(const ConvTranspose& conv) const;
  void operator()(const Linear&) const;
  void operator()(const BatchNorm& norm) const;
  void operator()(const Relu&) const { add("Relu", {value(0)}); }
  void operator()(const Identity&) const { add("Identity", {value(0)}); }
  void operator()(const Unary& unary) const;
  void operator()(const ResidualAdd&) const { add("Add", operands()); }
  void operator()(const Binary& binary) const;
  void operator()(const Where&) const;
  void operator()(const MatMul&) const { add("MatMul", operands()); }
  void operator()(const MaxPool& pool) const {
    set_windows(add("MaxPool", {value(0)}), pool.windows);
  }
  void operator()(const AveragePool& pool) const;
  void operator()(const GlobalAveragePool&) const;
  void operator()(const Flatten&) const { add("Flatten", {value(0)}); }
  void operator()(const Softmax& softmax) const {
    set_attribute(add("Softmax", {value(0)}), "axis", softmax.axis + 1);
  }
  void operator()(const LayerNorm& norm) const;
  void operator()(const GroupNorm& norm) const;
  void operator()(const ReduceMean& mean) const;
  void operator()(const Concat& concat) const;
  void operator()(const Gather& gather) const {
    const std::string indices = context.graph.add_integers(node.name + "/indices", gather.indices);
    set_attribute(add("Gather", {value(0), indices}), "axis", gather.axis + 1);
  }
  void operator()(const Reshape& reshape) const {
    add("Reshape", {value(0), shape_constant(reshape.shape, reshape.shape.size())});
  }
  void operator()(const Transpose& transpose) const;
  void operator()(const Pad& pad) const;
  void operator()(const MultiThreshold& op) const;

  onnx::NodeProto& add(std::string_view type, const std::vector<std::string>& inputs) const {
    return context.graph.add_node(type, node.name, inputs, output);
  }
  bool is_constant(std::size_t i) const {
    return std::holds_alternative<Constant>(context.network.node(node.inputs[i]).op);
  }
  const Shape& shape(std::size_t i) const { return context.shapes.at(node.inputs[i]); }
  std::string shape_constant(const Shape& wanted, std::size_t rank) const {
    return context.graph.add_integers(node.name + "/shape", file_shape(wanted, rank));
  }

  std::string value(std::size_t i) const;
  std::vector<std::string> operands() const;
  std::string repeated(std::size_t i) const;
  std::string parameter(std::string_view role) const;
  void set_epsilon(onnx::NodeProto& proto, double epsilon) const;
  std::string to_bools(const std::string& real, const std::string& name) const;
  void from_bools(const std::string& bools) const;
};

/// What an operator reads that has no use for constants.
std::string Writer::value(std::size_t i) const {
  if (is_constant(i))
    fail(
        "it reads the constant '{}'; only sums, products, functions of two values and "
        "concatenations can be exported with constants",
        node.inputs[i]);
  return context.values.at(node.inputs[i]);
}

/// Values that are broadcast to one shape. ONNX aligns axes from the last one, so the shorter
/// shapes get axes of 1 between the batch and their own.
std::vector<std::string> Writer::operands() const {
  const std::size_t rank = context.shapes.at(node.name).size();
  std::vector<std::string> names;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    names.push_back(context.values.at(node.inputs[i]));
    if (shape(i).size() < rank)
      names.back() = context.graph.add_helper("Reshape", node.name + "/aligned",
                                              {names.back(), shape_constant(shape(i), rank)});
  }
  return names;
}

/// A constant once for every image, which Concat needs: as many zeros plus the constant.
std::string Writer::repeated(std::size_t i) const {
  OnnxGraph& graph = context.graph;
  const std::string name = node.name + "/repeated";
  const std::string all = graph.add_helper("Shape", name, {context.network.nodes.front().name});
  const std::string images =
      graph.add_helper("Gather", name, {all, graph.add_integers(name + "/axis", {0})});
  const std::string rest = graph.add_integers(name + "/shape", shape(i));
  const std::string extents = graph.unused_name(name);
  set_attribute(graph.add_node("Concat", extents, {images, rest}, extents), "axis",
                std::int64_t{0});
  const std::string zeros = graph.add_helper("ConstantOfShape", name, {extents});
  return graph.add_helper("Add", name, {zeros, context.values.at(node.inputs[i])});
}

std::string Writer::parameter(std::string_view role) const {
  const std::string name = fmt::format("{}.{}", node.name, role);
  if (role == "weight" && context.network.quant.contains(node.parameters.at("weight")))
    return context.grids.write_parameter(context.graph, name,
                                         parameter_on_grid(context.network, node, role));
  return context.graph.add_floats(name, context.network.parameter(node, role));
}

/// ONNX keeps 32 bits of it; the metadata have the rest.
void Writer::set_epsilon(onnx::NodeProto& proto, double epsilon) const {
  set_attribute(proto, "epsilon", epsilon);
  if (static_cast<double>(static_cast<float>(epsilon)) != epsilon)
    context.graph.add_metadata("bitline.epsilon." + node.name, fmt::format("{}", epsilon));
}

/// Masks are numbers here and none in ONNX. To ONNX's, by a node called `name`.
std::string Writer::to_bools(const std::string& real, const std::string& name) const {
  std::string bools = context.graph.unused_name(node.name + "/bools");
  set_attribute(context.graph.add_node("Cast", name, {real}, bools), "to",
                std::int64_t{onnx::TensorProto::BOOL});
  return bools;
}

/// From ONNX's, to the value that readers see.
void Writer::from_bools(const std::string& bools) const {
  set_attribute(context.graph.add_node("Cast", context.graph.unused_name(node.name + "/numbers"),
                                       {bools}, output),
                "to", std::int64_t{onnx::TensorProto::FLOAT});
}

void Writer::operator()(const Conv& conv) const {
  std::vector<std::string> inputs{value(0), parameter("weight")};
  if (context.network.has_parameter(node, "bias")) inputs.push_back(parameter("bias"));
  set_kernel(add("Conv", inputs), conv, context.network.parameter(node, "weight").shape());
}

void Writer::operator()(const ConvTranspose& conv) const {
  std::vector<std::string> inputs{value(0), parameter("weight")};
  if (context.network.has_parameter(node, "bias")) inputs.push_back(parameter("bias"));
  set_kernel(add("ConvTranspose", inputs), conv, context.network.parameter(node, "weight").shape());
}

/// A vector of features is a row of Gemm; of several vectors each is a row of MatMul, to which the
/// bias is added.
void Writer::operator()(const Linear&) const {
  const bool has_bias = context.network.has_parameter(node, "bias");
  if (shape(0).size() == 1) {
    std::vector<std::string> inputs{value(0), parameter("weight")};
    if (has_bias) inputs.push_back(parameter("bias"));
    set_attribute(add("Gemm", inputs), "transB", std::int64_t{1});
    return;
  }
  const std::string name = node.name + ".weight";
  const bool on_grid = context.network.quant.contains(node.parameters.at("weight"));
  const std::string weight =
      on_grid
          ? context.grids.write_parameter(
                context.graph, name, transposed(parameter_on_grid(context.network, node, "weight")))
          : context.graph.add_floats(name, transposed(context.network.parameter(node, "weight")));
  const std::string product = has_bias ? context.graph.unused_name(node.name + "/product") : output;
  context.graph.add_node("MatMul", node.name, {value(0), weight}, product);
  if (has_bias)
    context.graph.add_node("Add", context.graph.unused_name(node.name + "/bias"),
                           {product, parameter("bias")}, output);
}

void Writer::operator()(const BatchNorm& norm) const {
  set_epsilon(add("BatchNormalization", {value(0), parameter("scale"), parameter("shift"),
                                         parameter("mean"), parameter("variance")}),
              norm.epsilon);
}

void Writer::operator()(const LayerNorm& norm) const {
  std::vector<std::string> inputs{value(0), parameter("scale")};
  if (context.network.has_parameter(node, "shift")) inputs.push_back(parameter("shift"));
  onnx::NodeProto& proto = add("LayerNormalization", inputs);
  set_attribute(proto, "axis", norm.axis + 1);
  set_epsilon(proto, norm.epsilon);
}

/// A group per channel is ONNX's InstanceNormalization. Others are what PyTorch writes: groups as
/// channels of their own, then a scale and an offset per channel.
void Writer::operator()(const GroupNorm& norm) const {
  OnnxGraph& graph = context.graph;
  const auto normalize = [&](const std::vector<std::string>& inputs, const std::string& result) {
    set_epsilon(graph.add_node("InstanceNormalization", node.name, inputs, result), norm.epsilon);
  };
  const Shape& all = shape(0);
  if (norm.groups == all[0])
    return normalize({value(0), parameter("scale"), parameter("shift")}, output);
  const auto constant = [&](const char* role, float number) {
    Tensor tensor(DType::kF32, {norm.groups});
    std::ranges::fill(tensor.data<float>(), number);
    return graph.add_floats(fmt::format("{}/{}", node.name, role), tensor);
  };
  const auto per_channel = [&](const char* role) {
    Shape wanted(all.size(), 1);
    wanted[0] = all[0];
    return graph.add_floats(fmt::format("{}.{}", node.name, role),
                            context.network.parameter(node, role).reshaped(wanted));
  };
  const std::string groups =
      graph.add_helper("Reshape", node.name + "/groups",
                       {value(0), graph.add_integers(node.name + "/parts", {0, norm.groups, -1})});
  const std::string normal = graph.unused_name(node.name + "/normal");
  normalize({groups, constant("ones", 1), constant("zeros", 0)}, normal);
  const std::string channels = graph.add_helper("Reshape", node.name + "/channels",
                                                {normal, shape_constant(all, all.size())});
  const std::string scaled =
      graph.add_helper("Mul", node.name + "/scaled", {channels, per_channel("scale")});
  graph.add_node("Add", graph.unused_name(node.name + "/shifted"), {scaled, per_channel("shift")},
                 output);
}

void Writer::operator()(const Unary& unary) const {
  const auto limit = [&](const char* what, double number) {
    return std::isinf(number)
               ? ""
               : context.graph.add_number(node.name + what, static_cast<float>(number));
  };
  if (unary.function == UnaryFunction::kNonZero) return from_bools(to_bools(value(0), node.name));
  std::vector<std::string> inputs{value(0)};
  if (unary.function == UnaryFunction::kClip)
    inputs.insert(inputs.end(), {limit("/minimum", unary.alpha), limit("/maximum", unary.beta)});
  onnx::NodeProto& proto = add(onnx_name(kUnaryNames, unary.function), inputs);
  switch (unary.function) {
    case UnaryFunction::kLeakyRelu:
    case UnaryFunction::kElu:
    case UnaryFunction::kCelu:
      return set_attribute(proto, "alpha", unary.alpha);
    case UnaryFunction::kHardSigmoid:
      set_attribute(proto, "alpha", unary.alpha);
      return set_attribute(proto, "beta", unary.beta);
    case UnaryFunction::kSelu:
      set_attribute(proto, "alpha", unary.alpha);
      return set_attribute(proto, "gamma", unary.beta);
    default:
      return;
  }
}

void Writer::operator()(const Binary& binary) const {
  const bool is_prelu = binary.function == BinaryFunction::kPRelu;
  if (is_prelu && context.shapes.at(node.name) != shape(0))
    fail("slopes of shape {} for values of shape {}; ONNX's PRelu has no more slopes than values",
         to_string(shape(1)), to_string(shape(0)));
  const std::string_view type = onnx_name(kBinaryNames, binary.function);
  if (!is_comparison(binary.function)) return void(add(type, operands()));
  const std::string mask = context.graph.unused_name(node.name + "/mask");
  context.graph.add_node(type, node.name, operands(), mask);
  from_bools(mask);
}

void Writer::operator()(const Where&) const {
  std::vector<std::string> inputs = operands();
  inputs[0] = to_bools(inputs[0], context.graph.unused_name(node.name + "/condition"));
  add("Where", inputs);
}

void Writer::operator()(const AveragePool& pool) const {
  if (pool.windows.dilation != Extents(1))
    fail("its windows are dilated, which AveragePool of operator set 17 cannot be");
  onnx::NodeProto& proto = add("AveragePool", {value(0)});
  set_windows(proto, pool.windows);
  set_attribute(proto, "count_include_pad", std::int64_t{pool.count_padding});
}

/// ONNX keeps height and width as axes of 1.
void Writer::operator()(const GlobalAveragePool&) const {
  const std::string means = context.graph.unused_name(node.name + "/means");
  context.graph.add_node("GlobalAveragePool", node.name, {value(0)}, means);
  context.graph.add_node("Flatten", context.graph.unused_name(node.name + "/flatten"), {means},
                         output);
}

void Writer::operator()(const ReduceMean& mean) const {
  onnx::NodeProto& proto = add("ReduceMean", {value(0)});
  set_attribute(proto, "axes", behind_batch(mean.axes));
  set_attribute(proto, "keepdims", std::int64_t{mean.keep_axes});
}

void Writer::operator()(const Concat& concat) const {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < node.inputs.size(); ++i)
    parts.push_back(is_constant(i) ? repeated(i) : value(i));
  set_attribute(add("Concat", parts), "axis", concat.axis + 1);
}

void Writer::operator()(const Transpose& transpose) const {
  Integers order = behind_batch(transpose.order);
  order.insert(order.begin(), 0);
  set_attribute(add("Transpose", {value(0)}), "perm", order);
}

void Writer::operator()(const Pad& pad) const {
  Integers pads{0};
  pads.insert(pads.end(), pad.before.begin(), pad.before.end());
  pads.push_back(0);
  pads.insert(pads.end(), pad.behind.begin(), pad.behind.end());
  add("Pad", {value(0), context.graph.add_integers(node.name + "/pads", pads),
              context.graph.add_number(node.name + "/value", static_cast<float>(pad.value))});
}

void Writer::operator()(const MultiThreshold&) const {
  context.grids.write_thresholds(context.graph, node, shape(0).size() + 1,
                                 {value(0), parameter("thresholds")}, output);
}

}  // namespace

void write_operator(const OperatorContext& context, const Node& node, const std::string& output) {
  std::visit(Writer{context, node, output}, node.op);
}

}  // namespace bitline
