// The shape of a node's value: what infer_shapes() and the importer ask.
#pragma once

#include <string_view>
#include <vector>

#include "bitline/graph/network.h"

namespace bitline {

/// What shape inference knows while it stands at one node.
struct Site {
  const Network& network;
  const Node& node;
  std::vector<Shape> inputs;

  void require_rank(std::size_t rank) const;
  /// The parameter is there, has that shape, and holds finite numbers.
  void require_parameter(std::string_view role, const Shape& shape) const;
  bool has(std::string_view role) const { return network.has_parameter(node, role); }
};

/// Throws Error, without the node's name, when the inputs or parameters do not fit the operator.
Shape infer_shape(const Site& site);

/// The shape that two shapes broadcast to, as NumPy does it. Throws Error when they do not.
Shape broadcast_shapes(const Shape& a, const Shape& b);

}  // namespace bitline
