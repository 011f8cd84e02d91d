#include "bitline/exporter/network_writer.h"

#include "bitline/base/fail.h"
#include "bitline/exporter/onnx_operators.h"

namespace bitline {
namespace {

class NetworkWriter {
 public:
  NetworkWriter(OnnxGraph& graph, const Network& network, const GridWriter& grids)
      : graph_(graph), network_(network), grids_(grids), shapes_(infer_shapes(network)) {}

  void write() {
    for (const Node& node : network_.nodes)
      with_context(fmt::format("node '{}' ({})", node.name, name_of(node.op)),
                   [&] { values_[node.name] = write_node(node); });
    const std::string& output = network_.nodes.back().name;
    graph_.add_output(values_.at(output), shapes_.at(output));
  }

 private:
  /// Returns the value that the node's readers see.
  std::string write_node(const Node& node) {
    const auto found = network_.quant.find(node.name);
    const QuantSpec* spec = found == network_.quant.end() ? nullptr : &found->second;
    if (const auto* unary = std::get_if<Unary>(&node.op);
        unary != nullptr && unary->function == UnaryFunction::kTruncate) {
      grids_.write_truncation(graph_, node, values_.at(node.inputs[0]), spec);
      return node.name;
    }
    if (spec == nullptr) return write_real(node, node.name);
    if (spec->axis >= 0)
      fail("its value has one scale per entry of axis {}; ONNX files have one for all", spec->axis);
    if (std::holds_alternative<Identity>(node.op)) {
      grids_.write_value(graph_, values_.at(node.inputs[0]), *spec, node.name, node.name);
      return node.name;
    }
    const bool is_input = std::holds_alternative<Input>(node.op);
    const std::string real =
        write_real(node, is_input ? node.name : graph_.unused_name(node.name + "/real"));
    const std::string grid = graph_.unused_name(node.name + "/grid");
    const bool keeps_name = real != node.name;
    std::string output = keeps_name ? node.name : graph_.unused_name(grid + "/value");
    grids_.write_value(graph_, real, *spec, grid, output);
    return output;
  }

  /// The node without its grid; returns the name of its value, `output` where it can be chosen.
  std::string write_real(const Node& node, const std::string& output) {
    if (const auto* input = std::get_if<Input>(&node.op)) {
      graph_.add_input(node.name, input->shape);
      return node.name;
    }
    if (std::holds_alternative<Constant>(node.op)) return write_constant(node);
    write_operator({graph_, network_, grids_, shapes_, values_}, node, output);
    return output;
  }

  /// One entry stands for all images.
  std::string write_constant(const Node& node) {
    const Tensor value = network_.quant.contains(node.parameters.at("value"))
                             ? parameter_on_grid(network_, node, "value").real
                             : network_.parameter(node, "value");
    Shape shape = value.shape();
    shape.insert(shape.begin(), 1);
    return graph_.add_floats(node.name, value.reshaped(shape));
  }

  OnnxGraph& graph_;
  const Network& network_;
  const GridWriter& grids_;
  const std::map<std::string, Shape> shapes_;
  std::map<std::string, std::string> values_;
};

}  // namespace

void write_network(OnnxGraph& graph, const Network& network, const GridWriter& grids,
                   const std::optional<AdcPlan>& plan) {
  with_context(fmt::format("network '{}'", network.name),
               [&] { NetworkWriter(graph, network, grids).write(); });
  if (!plan) return;
  for (const auto& [layer, planned] : plan->layers) {
    if (!is_layer(network.node(layer)))
      fail("the plan has an ADC for '{}', which is no layer of network '{}'", layer, network.name);
  }
  graph.add_metadata("bitline.plan", to_json(*plan));
}

}  // namespace bitline
