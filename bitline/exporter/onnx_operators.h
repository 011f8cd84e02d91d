// One node of the network as ONNX nodes. Internal to exporter/.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bitline/exporter/grid_writer.h"

namespace bitline {

/// What the operators of a network are written with. Axes of ONNX count the batch before those of
/// the network.
struct OperatorContext {
  OnnxGraph& graph;
  const Network& network;
  const GridWriter& grids;
  const std::map<std::string, Shape>& shapes;        ///< of every node's value
  const std::map<std::string, std::string>& values;  ///< node to the ONNX value its readers see
};

/// Writes the node so that its result, before its grid, is called `output`. The node keeps its name
/// on the ONNX node that makes its result, or, of a linear layer, on the one that multiplies.
void write_operator(const OperatorContext& context, const Node& node, const std::string& output);

}  // namespace bitline
