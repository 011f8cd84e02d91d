// A trained network: nodes in topological order, named tensors, and the grids of quantized values.
// Start here when you read graph/; network_file.h stores a Network.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bitline/base/error.h"
#include "bitline/base/normalization.h"
#include "bitline/base/tensor.h"
#include "bitline/graph/operators.h"
#include "bitline/graph/quant_spec.h"

namespace bitline {

/// A node makes one value, which carries the node's name.
struct Node {
  std::string name;                               ///< unique in the network
  Operator op;                                    ///< what it computes
  std::vector<std::string> inputs;                ///< names of the nodes whose values it reads
  std::map<std::string, std::string> parameters;  ///< role ("weight") to key in Network::tensors
};

/// Copying a Network shares its tensors' buffers.
struct Network {
  std::string name;                        ///< what it is called, for example "resnet20"
  std::vector<Node> nodes;                 ///< topological order; the first is the only Input,
                                           ///< the last makes the network's output (logits)
  std::map<std::string, Tensor> tensors;   ///< F32 parameters
  std::map<std::string, QuantSpec> quant;  ///< by node name (its value) or tensor key (a parameter)
  /// Of the images that it was trained or calibrated on; none where that is not known.
  std::optional<Normalization> normalization = {};

  /// Index of the node. Throws Error with the nearest known name where one is near.
  std::size_t index_of(std::string_view node) const;
  /// The node of that name; errors as index_of().
  const Node& node(std::string_view wanted) const { return nodes[index_of(wanted)]; }
  /// @{
  /// The tensor of a node's parameter. Throws Error when the node has none of that role.
  const Tensor& parameter(const Node& node, std::string_view role) const;
  Tensor& parameter(const Node& node, std::string_view role);
  /// @}
  /// Whether the node has a parameter of that role.
  bool has_parameter(const Node& node, std::string_view role) const {
    return node.parameters.contains(std::string(role));
  }
};

/// Conv or Linear: what can stand on an array.
bool is_layer(const Node& node);

/// Throws Error: the network has no layer of that name, with the nearest one, or all where none is
/// near.
[[noreturn]] void fail_no_layer(const Network& network, std::string_view layer,
                                ErrorKind kind = ErrorKind::kFailure);

/// Shape of every node's value without the batch. Throws Error that names the node when ranks,
/// channels or kernel sizes do not fit, an input is unknown or comes later, a tensor is missing,
/// has a wrong shape, or holds NaN or infinity, when a value has more than 2^31 numbers for one
/// image, or when a quantizer's scales do not fit its tensor.
std::map<std::string, Shape> infer_shapes(const Network& network);

}  // namespace bitline
