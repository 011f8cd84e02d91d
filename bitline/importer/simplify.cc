#include "bitline/importer/simplify.h"

#include <algorithm>
#include <set>

namespace bitline {
namespace {

class Simplifier {
 public:
  Simplifier(Network& network, std::string output)
      : network_(network), output_(std::move(output)) {}

  void run() {
    drop_unused();
    merge_identities();
    fold_biases();
    drop_unused();
    std::erase_if(network_.tensors, [this](const auto& entry) { return !is_read(entry.first); });
    std::erase_if(network_.quant, [this](const auto& entry) {
      return !is_read(entry.first) && find(entry.first) == nullptr;
    });
  }

 private:
  Node* find(const std::string& name) {
    const auto found = std::ranges::find_if(
        network_.nodes, [&name](const Node& node) { return node.name == name; });
    return found == network_.nodes.end() ? nullptr : &*found;
  }

  bool is_read(const std::string& tensor) const {
    return std::ranges::any_of(network_.nodes, [&tensor](const Node& node) {
      return std::ranges::any_of(node.parameters,
                                 [&tensor](const auto& p) { return p.second == tensor; });
    });
  }

  std::size_t readers(const std::string& name) const {
    std::size_t count = name == output_ ? 1 : 0;
    for (const Node& node : network_.nodes)
      count += static_cast<std::size_t>(std::ranges::count(node.inputs, name));
    return count;
  }

  /// Everything but the input, which every network has, that `output_` does not follow from.
  void drop_unused() {
    std::set<std::string> needed{output_};
    for (std::size_t i = network_.nodes.size(); i-- > 0;)
      if (needed.contains(network_.nodes[i].name))
        needed.insert(network_.nodes[i].inputs.begin(), network_.nodes[i].inputs.end());
    std::erase_if(network_.nodes, [&needed](const Node& node) {
      return !needed.contains(node.name) && !std::holds_alternative<Input>(node.op);
    });
  }

  void redirect(const std::string& from, const std::string& to) {
    for (Node& node : network_.nodes) std::ranges::replace(node.inputs, from, to);
    if (output_ == from) output_ = to;
  }

  void merge_identities() {
    std::set<std::string> merged;
    for (const Node& node : network_.nodes) {
      if (!std::holds_alternative<Identity>(node.op)) continue;
      const std::string& source = node.inputs[0];
      const auto grid = network_.quant.find(node.name);
      if (grid != network_.quant.end()) {
        if (network_.quant.contains(source) || readers(source) != 1) continue;
        const QuantSpec spec = grid->second;
        network_.quant.erase(grid);
        network_.quant[source] = spec;
      }
      merged.insert(node.name);
      redirect(node.name, source);
    }
    std::erase_if(network_.nodes, [&](const Node& node) { return merged.contains(node.name); });
  }

  /// The constant operand of `node` as one number per output of `layer`; nullptr when it is not.
  const Tensor* bias_for(const Node& layer, const Node& operand) const {
    if (!std::holds_alternative<Constant>(operand.op)) return nullptr;
    const Tensor& value = network_.parameter(operand, "value");
    const std::int64_t outputs = network_.parameter(layer, "weight").dim(0);
    Shape shape = value.shape();
    while (!shape.empty() && shape.front() == 1 && shape.size() > 1) shape.erase(shape.begin());
    const Shape wanted =
        std::holds_alternative<Linear>(layer.op) ? Shape{outputs} : Shape{outputs, 1, 1};
    return shape == wanted ? &value : nullptr;
  }

  void fold_biases() {
    std::set<std::string> folded;
    for (Node& node : network_.nodes) {
      const auto* binary = std::get_if<Binary>(&node.op);
      if (binary == nullptr || binary->function != BinaryFunction::kAdd) continue;
      for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
        Node* layer = find(node.inputs[side]);
        const Node* operand = find(node.inputs[1 - side]);
        if (!is_layer(*layer) || layer->parameters.contains("bias") ||
            network_.quant.contains(layer->name) || readers(layer->name) != 1)
          continue;
        const Tensor* bias = bias_for(*layer, *operand);
        if (bias == nullptr) continue;
        layer->parameters["bias"] = layer->name + ".bias";
        network_.tensors[layer->name + ".bias"] = bias->reshaped({bias->size()}).clone();
        const auto grid = network_.quant.find(node.name);
        if (grid != network_.quant.end()) network_.quant[layer->name] = QuantSpec(grid->second);
        folded.insert(node.name);
        redirect(node.name, layer->name);
        break;
      }
    }
    std::erase_if(network_.nodes, [&](const Node& node) { return folded.contains(node.name); });
  }

  Network& network_;
  std::string output_;
};

}  // namespace

void simplify(Network& network, const std::string& output) { Simplifier(network, output).run(); }

}  // namespace bitline
