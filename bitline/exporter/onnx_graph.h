// An ONNX model under construction. Internal to exporter/.
#pragma once

#include <onnx/onnx_pb.h>

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bitline/graph/network.h"

namespace bitline {

/// Nodes, constants and metadata; every name is used once.
class OnnxGraph {
 public:
  /// Reserves the names of the network's nodes, so that no helper takes one; those of constants,
  /// which become no nodes, are free.
  explicit OnnxGraph(const Network& network);

  /// `wanted`, with a number behind it where it is taken; nobody else gets it from now on.
  std::string unused_name(const std::string& wanted);

  onnx::NodeProto& add_node(std::string_view type, const std::string& name,
                            const std::vector<std::string>& inputs, const std::string& output,
                            std::string_view domain = "");
  /// A node that the network does not have, and a value of the same name, which is returned.
  std::string add_helper(std::string_view type, const std::string& wanted,
                         const std::vector<std::string>& inputs);

  // Constants. Each returns the name that it was given.
  std::string add_floats(const std::string& wanted, const Tensor& tensor);
  std::string add_number(const std::string& wanted, float number);
  std::string add_integers(const std::string& wanted, const std::vector<std::int64_t>& integers);
  /// INT8 or UINT8.
  std::string add_bytes(const std::string& wanted, const Shape& shape,
                        std::span<const std::int32_t> integers, bool is_signed);

  /// Values of FLOAT with an open number of images before `shape`.
  void add_input(const std::string& name, const Shape& shape);
  void add_output(const std::string& name, const Shape& shape);
  void add_metadata(const std::string& key, const std::string& value);
  /// Operators of other domains than ONNX's own.
  void use_domain(std::string_view domain);

  /// Throws Error when the file would be larger than 2 GiB.
  std::string serialize() const;

 private:
  onnx::TensorProto& add_tensor(const std::string& name, const Shape& shape,
                                onnx::TensorProto::DataType type);

  onnx::ModelProto model_;
  onnx::GraphProto& graph_;
  std::set<std::string> names_;
};

// Attributes of a node.
void set_attribute(onnx::NodeProto& node, const std::string& name, std::int64_t integer);
void set_attribute(onnx::NodeProto& node, const std::string& name, double number);
void set_attribute(onnx::NodeProto& node, const std::string& name, const std::string& text);
void set_attribute(onnx::NodeProto& node, const std::string& name,
                   const std::vector<std::int64_t>& integers);

}  // namespace bitline
