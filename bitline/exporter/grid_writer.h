// How a format writes integer grids: what qonnx.cc and qdq.cc differ in. Internal to exporter/.
#pragma once

#include <string>
#include <vector>

#include "bitline/exporter/onnx_graph.h"
#include "bitline/exporter/parameter_on_grid.h"

namespace bitline {

/// Errors leave without the node's name; network_writer.cc puts it before them.
class GridWriter {
 public:
  GridWriter() = default;
  GridWriter(const GridWriter&) = delete;
  GridWriter& operator=(const GridWriter&) = delete;
  virtual ~GridWriter() = default;

  /// Puts the value `real` on its grid; the result is called `output`, the first node `node`.
  virtual void write_value(OnnxGraph& graph, const std::string& real, const QuantSpec& spec,
                           const std::string& node, const std::string& output) const = 0;
  /// A constant on its grid; returns the name of its real numbers.
  virtual std::string write_parameter(OnnxGraph& graph, const std::string& name,
                                      const ParameterOnGrid& parameter) const = 0;
  /// MultiThreshold of a value of `rank` axes, the batch included, and the constant that holds the
  /// thresholds.
  virtual void write_thresholds(OnnxGraph& graph, const Node& node, std::size_t rank,
                                const std::vector<std::string>& value_and_constant,
                                const std::string& output) const = 0;
  /// UnaryFunction::kTruncate together with the grid of its result, which is null without one.
  virtual void write_truncation(OnnxGraph& graph, const Node& node, const std::string& input,
                                const QuantSpec* spec) const = 0;
};

/// The metadata that say of a constant which grid its integers have, where the graph cannot: key
/// "bitline.grid.<constant>", value for example "signed 4 narrow", "unsigned 3", "odd 2".
void state_grid(OnnxGraph& graph, const std::string& constant, const QuantSpec& spec);

/// The grid's scales, [] where there is one.
Tensor scales_of(const QuantSpec& spec);

}  // namespace bitline
