// ONNX models that tests put together by hand.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <utility>
#include <vector>

#include "bitline/importer/import_onnx.h"
#include "bitline/testing/expect_error.h"

namespace bitline::test {

inline onnx::AttributeProto attribute(const std::string& name, std::int64_t value) {
  onnx::AttributeProto proto;
  proto.set_name(name);
  proto.set_type(onnx::AttributeProto::INT);
  proto.set_i(value);
  return proto;
}

inline onnx::AttributeProto attribute(const std::string& name, float value) {
  onnx::AttributeProto proto;
  proto.set_name(name);
  proto.set_type(onnx::AttributeProto::FLOAT);
  proto.set_f(value);
  return proto;
}

inline onnx::AttributeProto attribute(const std::string& name, const std::string& value) {
  onnx::AttributeProto proto;
  proto.set_name(name);
  proto.set_type(onnx::AttributeProto::STRING);
  proto.set_s(value);
  return proto;
}

inline onnx::AttributeProto list_attribute(const std::string& name,
                                           const std::vector<std::int64_t>& values) {
  onnx::AttributeProto proto;
  proto.set_name(name);
  proto.set_type(onnx::AttributeProto::INTS);
  for (const std::int64_t value : values) proto.add_ints(value);
  return proto;
}

/// A model with one input "x" of FLOAT and one output "y".
class ModelBuilder {
 public:
  /// Extents of the input, the batch included; 0 is an open one.
  explicit ModelBuilder(const Shape& input, std::int64_t operator_set = 13) {
    model_.set_ir_version(8);
    auto* version = model_.add_opset_import();
    version->set_version(operator_set);
    auto* graph = model_.mutable_graph();
    graph->set_name("test");
    auto* x = graph->add_input();
    x->set_name("x");
    auto* type = x->mutable_type()->mutable_tensor_type();
    type->set_elem_type(onnx::TensorProto::FLOAT);
    type->mutable_shape();
    for (const std::int64_t extent : input) {
      auto* dim = type->mutable_shape()->add_dim();
      if (extent > 0)
        dim->set_dim_value(extent);
      else
        dim->set_dim_param("batch");
    }
    graph->add_output()->set_name("y");
  }

  onnx::NodeProto& node(const std::string& type, const std::vector<std::string>& inputs,
                        const std::vector<std::string>& outputs,
                        const std::vector<onnx::AttributeProto>& attributes = {},
                        const std::string& domain = "") {
    auto* proto = model_.mutable_graph()->add_node();
    proto->set_op_type(type);
    proto->set_domain(domain);
    for (const std::string& input : inputs) proto->add_input(input);
    for (const std::string& output : outputs) proto->add_output(output);
    for (const onnx::AttributeProto& a : attributes) *proto->add_attribute() = a;
    return *proto;
  }

  onnx::TensorProto& floats(const std::string& name, const Shape& shape,
                            const std::vector<float>& values) {
    onnx::TensorProto& tensor = initializer(name, shape, onnx::TensorProto::FLOAT);
    for (const float value : values) tensor.add_float_data(value);
    return tensor;
  }

  onnx::TensorProto& integers(const std::string& name, const Shape& shape,
                              const std::vector<std::int64_t>& values) {
    onnx::TensorProto& tensor = initializer(name, shape, onnx::TensorProto::INT64);
    for (const std::int64_t value : values) tensor.add_int64_data(value);
    return tensor;
  }

  /// INT8, UINT8 or INT32.
  onnx::TensorProto& small(const std::string& name, onnx::TensorProto::DataType type,
                           const Shape& shape, const std::vector<int>& values) {
    onnx::TensorProto& tensor = initializer(name, shape, type);
    for (const int value : values) tensor.add_int32_data(value);
    return tensor;
  }

  onnx::ModelProto& model() { return model_; }
  std::string bytes() const { return model_.SerializeAsString(); }
  Network import(const OnnxOptions& options = {}) const {
    const std::string file = bytes();
    return import_onnx(std::as_bytes(std::span(file)), ".", options);
  }

 private:
  onnx::TensorProto& initializer(const std::string& name, const Shape& shape,
                                 onnx::TensorProto::DataType type) {
    auto* tensor = model_.mutable_graph()->add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(type);
    for (const std::int64_t extent : shape) tensor->add_dims(extent);
    return *tensor;
  }

  onnx::ModelProto model_;
};

/// Of all nodes, in their order.
inline std::vector<std::string> names_of(const Network& network) {
  std::vector<std::string> names;
  for (const Node& node : network.nodes) names.push_back(node.name);
  return names;
}

inline std::vector<std::string> operators_of(const Network& network) {
  std::vector<std::string> names;
  for (const Node& node : network.nodes) names.emplace_back(name_of(node.op));
  return names;
}

/// The message of the Error that importing throws.
inline std::string refusal(const ModelBuilder& model, const OnnxOptions& options = {}) {
  return message_of([&] { model.import(options); });
}

}  // namespace bitline::test
