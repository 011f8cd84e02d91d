#include "bitline/exporter/onnx_graph.h"

#include <limits>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

constexpr std::int64_t kOperatorSet = 17;
constexpr std::int64_t kFormatVersion = 8;  // of the file; the one that came with operator set 17

onnx::AttributeProto& add_attribute(onnx::NodeProto& node, const std::string& name,
                                    onnx::AttributeProto::AttributeType type) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(type);
  return attribute;
}

void describe_value(onnx::ValueInfoProto& value, const std::string& name, const Shape& shape) {
  value.set_name(name);
  auto& type = *value.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  type.mutable_shape()->add_dim()->set_dim_param("batch");
  for (const std::int64_t extent : shape) type.mutable_shape()->add_dim()->set_dim_value(extent);
}

}  // namespace

OnnxGraph::OnnxGraph(const Network& network) : graph_(*model_.mutable_graph()) {
  model_.set_ir_version(kFormatVersion);
  model_.set_producer_name("bitline");
  model_.add_opset_import()->set_version(kOperatorSet);
  graph_.set_name(network.name);
  for (const Node& node : network.nodes)
    if (!std::holds_alternative<Constant>(node.op)) names_.insert(node.name);
}

std::string OnnxGraph::unused_name(const std::string& wanted) {
  std::string name = wanted;
  for (int i = 2; !names_.insert(name).second; ++i) name = fmt::format("{}_{}", wanted, i);
  return name;
}

onnx::NodeProto& OnnxGraph::add_node(std::string_view type, const std::string& name,
                                     const std::vector<std::string>& inputs,
                                     const std::string& output, std::string_view domain) {
  onnx::NodeProto& node = *graph_.add_node();
  node.set_op_type(std::string(type));
  node.set_name(name);
  node.set_domain(std::string(domain));
  for (const std::string& input : inputs) node.add_input(input);
  node.add_output(output);
  return node;
}

std::string OnnxGraph::add_helper(std::string_view type, const std::string& wanted,
                                  const std::vector<std::string>& inputs) {
  std::string name = unused_name(wanted);
  add_node(type, name, inputs, name);
  return name;
}

onnx::TensorProto& OnnxGraph::add_tensor(const std::string& name, const Shape& shape,
                                         onnx::TensorProto::DataType type) {
  onnx::TensorProto& tensor = *graph_.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(type);
  for (const std::int64_t extent : shape) tensor.add_dims(extent);
  return tensor;
}

std::string OnnxGraph::add_floats(const std::string& wanted, const Tensor& tensor) {
  std::string name = unused_name(wanted);
  const auto bytes = std::as_bytes(tensor.data<float>());
  add_tensor(name, tensor.shape(), onnx::TensorProto::FLOAT)
      .set_raw_data(bytes.data(), bytes.size());
  return name;
}

std::string OnnxGraph::add_number(const std::string& wanted, float number) {
  Tensor tensor(DType::kF32, {});
  tensor.data<float>()[0] = number;
  return add_floats(wanted, tensor);
}

std::string OnnxGraph::add_integers(const std::string& wanted,
                                    const std::vector<std::int64_t>& integers) {
  std::string name = unused_name(wanted);
  const auto bytes = std::as_bytes(std::span(integers));
  add_tensor(name, {std::ssize(integers)}, onnx::TensorProto::INT64)
      .set_raw_data(bytes.data(), bytes.size());
  return name;
}

std::string OnnxGraph::add_bytes(const std::string& wanted, const Shape& shape,
                                 std::span<const std::int32_t> integers, bool is_signed) {
  std::string name = unused_name(wanted);
  std::string bytes;
  for (const std::int32_t integer : integers) bytes.push_back(static_cast<char>(integer));
  add_tensor(name, shape, is_signed ? onnx::TensorProto::INT8 : onnx::TensorProto::UINT8)
      .set_raw_data(bytes);
  return name;
}

void OnnxGraph::add_input(const std::string& name, const Shape& shape) {
  describe_value(*graph_.add_input(), name, shape);
}

void OnnxGraph::add_output(const std::string& name, const Shape& shape) {
  describe_value(*graph_.add_output(), name, shape);
}

void OnnxGraph::add_metadata(const std::string& key, const std::string& value) {
  auto& entry = *model_.add_metadata_props();
  entry.set_key(key);
  entry.set_value(value);
}

void OnnxGraph::use_domain(std::string_view domain) {
  auto& entry = *model_.add_opset_import();
  entry.set_domain(std::string(domain));
  entry.set_version(1);
}

std::string OnnxGraph::serialize() const {
  const std::size_t size = model_.ByteSizeLong();
  if (size > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    fail(
        "network '{}' takes {} bytes, more than the 2 GiB of an ONNX file; export its integers as "
        "npz",
        graph_.name(), size);
  return model_.SerializeAsString();
}

void set_attribute(onnx::NodeProto& node, const std::string& name, std::int64_t integer) {
  add_attribute(node, name, onnx::AttributeProto::INT).set_i(integer);
}

void set_attribute(onnx::NodeProto& node, const std::string& name, double number) {
  add_attribute(node, name, onnx::AttributeProto::FLOAT).set_f(static_cast<float>(number));
}

void set_attribute(onnx::NodeProto& node, const std::string& name, const std::string& text) {
  add_attribute(node, name, onnx::AttributeProto::STRING).set_s(text);
}

void set_attribute(onnx::NodeProto& node, const std::string& name,
                   const std::vector<std::int64_t>& integers) {
  onnx::AttributeProto& attribute = add_attribute(node, name, onnx::AttributeProto::INTS);
  for (const std::int64_t integer : integers) attribute.add_ints(integer);
}

}  // namespace bitline
