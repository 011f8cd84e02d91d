#include "bitline/exporter/onnx_operators.h"

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

std::string_view onnx_name(BinaryFunction function) {
  switch (function) {
    case BinaryFunction::kAdd:
      return "Add";
    case BinaryFunction::kSub:
      return "Sub";
    case BinaryFunction::kMul:
      return "Mul";
    case BinaryFunction::kDiv:
      return "Div";
    case BinaryFunction::kPow:
      return "Pow";
    case BinaryFunction::kPRelu:
      return "PRelu";
  }
  fail("binary function {} is not known", static_cast<int>(function));
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

/// Two values that are broadcast to one shape. ONNX aligns axes from the last one, so the shorter
/// shape gets axes of 1 between the batch and its own.
std::vector<std::string> Writer::operands() const {
  const std::size_t rank = std::max(shape(0).size(), shape(1).size());
  std::vector<std::string> names;
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
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

void Writer::operator()(const Unary& unary) const {
  const auto limit = [&](const char* what, double number) {
    return std::isinf(number)
               ? ""
               : context.graph.add_number(node.name + what, static_cast<float>(number));
  };
  switch (unary.function) {
    case UnaryFunction::kClip:
      add("Clip", {value(0), limit("/minimum", unary.alpha), limit("/maximum", unary.beta)});
      return;
    case UnaryFunction::kLeakyRelu:
      return set_attribute(add("LeakyRelu", {value(0)}), "alpha", unary.alpha);
    case UnaryFunction::kHardSigmoid: {
      onnx::NodeProto& proto = add("HardSigmoid", {value(0)});
      set_attribute(proto, "alpha", unary.alpha);
      return set_attribute(proto, "beta", unary.beta);
    }
    case UnaryFunction::kSigmoid:
      return void(add("Sigmoid", {value(0)}));
    case UnaryFunction::kHardSwish:
      return void(add("HardSwish", {value(0)}));
    case UnaryFunction::kTanh:
      return void(add("Tanh", {value(0)}));
    case UnaryFunction::kErf:
      return void(add("Erf", {value(0)}));
    case UnaryFunction::kSqrt:
      return void(add("Sqrt", {value(0)}));
    case UnaryFunction::kTruncate:
      break;  // the format's, with its grid
  }
  fail("unary function {} has no ONNX node", name_of(unary.function));
}

void Writer::operator()(const Binary& binary) const {
  const bool is_prelu = binary.function == BinaryFunction::kPRelu;
  if (is_prelu && context.shapes.at(node.name) != shape(0))
    fail("slopes of shape {} for values of shape {}; ONNX's PRelu has no more slopes than values",
         to_string(shape(1)), to_string(shape(0)));
  add(onnx_name(binary.function), operands());
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
