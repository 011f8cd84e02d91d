#include "bitline/importer/group_norms.h"

#include <algorithm>
#include <map>
#include <vector>

namespace bitline {
namespace {

bool all_are(const Tensor& tensor, float number) {
  return std::ranges::all_of(tensor.data<float>(), [number](float v) { return v == number; });
}

Tensor filled(std::int64_t count, float number) {
  Tensor tensor(DType::kF32, {count});
  std::ranges::fill(tensor.data<float>(), number);
  return tensor;
}

class GroupNorms {
 public:
  GroupNorms(Network& network, std::string output)
      : network_(network), output_(std::move(output)), shapes_(infer_shapes(network)) {
    for (Node& node : network_.nodes) {
      nodes_[node.name] = &node;
      for (const std::string& input : node.inputs) readers_[input].push_back(&node);
    }
  }

  std::string run() {
    for (Node& node : network_.nodes)
      if (normalizes_channels(node)) merge(node);
    return output_;
  }

 private:
  /// Whether it does no more than that, each channel for itself.
  bool normalizes_channels(const Node& node) const {
    const auto* norm = std::get_if<GroupNorm>(&node.op);
    if (norm == nullptr) return false;
    const Tensor& scale = network_.parameter(node, "scale");
    return scale.size() == norm->groups && all_are(scale, 1) &&
           all_are(network_.parameter(node, "shift"), 0);
  }

  /// The node that alone reads a value without a grid, where it is an `Op`.
  template <typename Op>
  Node* only_reader(const Node& node) const {
    const auto readers = readers_.find(node.name);
    if (readers == readers_.end() || readers->second.size() != 1 || node.name == output_ ||
        network_.quant.contains(node.name))
      return nullptr;
    Node* reader = readers->second[0];
    return std::holds_alternative<Op>(reader->op) ? reader : nullptr;
  }

  /// Where `function` of the value and one number per channel is all that reads it, makes those
  /// numbers a parameter and returns that node; else returns `node`.
  Node* taken(Node& norm, Node* node, BinaryFunction function, const char* role) {
    Node* next = only_reader<Binary>(*node);
    if (next == nullptr || std::get<Binary>(next->op).function != function) return node;
    const Node& operand = *nodes_.at(next->inputs[next->inputs[0] == node->name ? 1 : 0]);
    if (!std::holds_alternative<Constant>(operand.op) || network_.quant.contains(operand.name))
      return node;
    const Shape& shape = shapes_.at(norm.name);
    Shape wanted(shape.size(), 1);
    wanted[0] = shape[0];
    const Tensor& value = network_.parameter(operand, "value");
    if (value.shape() != wanted) return node;
    network_.tensors[norm.parameters.at(role)] = value.reshaped({shape[0]}).clone();
    return next;
  }

  void merge(Node& norm) {
    const Node& front = *nodes_.at(norm.inputs[0]);
    Node* last = only_reader<Reshape>(norm);
    if (last == nullptr || !std::holds_alternative<Reshape>(front.op) ||
        only_reader<GroupNorm>(front) == nullptr)
      return;
    const Shape& shape = shapes_.at(last->name);
    if (shape != shapes_.at(front.inputs[0]) || shape.empty() ||
        shape[0] % std::get<GroupNorm>(norm.op).groups != 0)
      return;
    shapes_[norm.name] = shape;
    network_.tensors[norm.parameters.at("scale")] = filled(shape[0], 1);
    network_.tensors[norm.parameters.at("shift")] = filled(shape[0], 0);
    norm.inputs = front.inputs;
    last = taken(norm, last, BinaryFunction::kMul, "scale");
    last = taken(norm, last, BinaryFunction::kAdd, "shift");
    stand_for(norm, *last);
  }

  /// Who reads `last` reads `norm`, on its grid.
  void stand_for(const Node& norm, const Node& last) {
    for (Node* reader : readers_[last.name])
      std::ranges::replace(reader->inputs, last.name, norm.name);
    const auto grid = network_.quant.find(last.name);
    if (grid != network_.quant.end()) network_.quant[norm.name] = QuantSpec(grid->second);
    if (output_ == last.name) output_ = norm.name;
  }

  Network& network_;
  std::string output_;
  std::map<std::string, Shape> shapes_;
  std::map<std::string, Node*> nodes_;
  std::map<std::string, std::vector<Node*>> readers_;
};

}  // namespace

std::string merge_group_norms(Network& network, std::string output) {
  const auto is_norm = [](const Node& node) { return std::holds_alternative<GroupNorm>(node.op); };
  if (std::ranges::none_of(network.nodes, is_norm)) return output;
  return GroupNorms(network, std::move(output)).run();
}

}  // namespace bitline
