#include "bitline/importer/simplify.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "bitline/graph/kept_values.h"

namespace bitline {
namespace {

/// Whether every value of grid `a` is one of `b` too, so that going to `b` first changes nothing.
bool is_part(const QuantSpec& a, const QuantSpec& b) {
  return a.axis == b.axis && !a.odd && !b.odd && a.rule == b.rule && a.zero_point == b.zero_point &&
         std::ranges::equal(a.scale.data<float>(), b.scale.data<float>()) &&
         a.minimum() >= b.minimum() && a.maximum() <= b.maximum();
}

/// Who reads a value. Nodes that have gone, and read nothing any more, may still stand in the list.
struct Readers {
  std::vector<Node*> nodes;
  std::size_t count = 0;  ///< a node that reads it twice counts twice
};

class Simplifier {
 public:
  Simplifier(Network& network, std::string output)
      : network_(network), output_(std::move(output)) {}

  void run(bool takes_images) {
    drop_unused();
    merge_identities();
    fold_biases();
    if (takes_images) put_channels_first();
    drop_unused();
    carry_grids();
    drop_unread();
  }

 private:
  /// Looks up nodes and readers anew. Pointers hold until nodes are erased.
  void index() {
    nodes_.clear();
    readers_.clear();
    for (Node& node : network_.nodes) {
      nodes_[node.name] = &node;
      for (const std::string& input : node.inputs) {
        readers_[input].nodes.push_back(&node);
        ++readers_[input].count;
      }
    }
  }

  Node* find(const std::string& name) const {
    const auto found = nodes_.find(name);
    return found == nodes_.end() ? nullptr : found->second;
  }

  std::size_t readers(const std::string& name) const {
    const auto found = readers_.find(name);
    const std::size_t count = found == readers_.end() ? 0 : found->second.count;
    return count + (name == output_ ? 1 : 0);
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
    const Readers moved = std::exchange(readers_[from], {});
    for (Node* reader : moved.nodes) std::ranges::replace(reader->inputs, from, to);
    Readers& all = readers_[to];
    all.nodes.insert(all.nodes.end(), moved.nodes.begin(), moved.nodes.end());
    all.count += moved.count;
    if (output_ == from) output_ = to;
  }

  /// `node` reads nothing any more.
  void unlink(Node& node) {
    for (const std::string& input : node.inputs) --readers_[input].count;
    node.inputs.clear();
  }

  void erase(const std::set<std::string>& names) {
    std::erase_if(network_.nodes, [&](const Node& node) { return names.contains(node.name); });
  }

  /// Moves the grid of a node to the one in front, of whose value it changes nothing. False where
  /// that has another grid, of which this one is no part, or other readers.
  bool hands_grid_on(const Node& node) {
    const auto grid = network_.quant.find(node.name);
    if (grid == network_.quant.end()) return true;
    const std::string& source = node.inputs[0];
    const auto other = network_.quant.find(source);
    const bool fits = other == network_.quant.end() || is_part(grid->second, other->second);
    if (!fits || readers(source) != 1) return false;
    QuantSpec spec = grid->second;
    if (other != network_.quant.end()) {  // whose integers these are, but for the clamp
      spec.rounding = other->second.rounding;
      spec.by_multiplier = other->second.by_multiplier;
    }
    network_.quant.erase(grid);
    network_.quant[source] = spec;
    return true;
  }

  /// Tensors that no node has, and grids on what is not there.
  void drop_unread() {
    std::set<std::string> names;
    std::set<std::string> read;
    for (const Node& node : network_.nodes) {
      names.insert(node.name);
      for (const auto& [role, tensor] : node.parameters) read.insert(tensor);
    }
    std::erase_if(network_.tensors, [&](const auto& entry) { return !read.contains(entry.first); });
    std::erase_if(network_.quant, [&](const auto& entry) {
      return !read.contains(entry.first) && !names.contains(entry.first);
    });
  }

  void merge_identities() {
    index();
    std::set<std::string> merged;
    for (Node& node : network_.nodes) {
      if (!std::holds_alternative<Identity>(node.op)) continue;
      if (!hands_grid_on(node)) continue;
      merged.insert(node.name);
      const std::string source = node.inputs[0];
      unlink(node);
      redirect(node.name, source);
    }
    erase(merged);
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
    index();
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
        unlink(node);
        redirect(node.name, layer->name);
        break;
      }
    }
    erase(folded);
  }

  void carry_grids() {
    for (const Node& node : network_.nodes) {
      if (!keeps_values(node.op) || network_.quant.contains(node.name)) continue;
      const auto grid = network_.quant.find(node.inputs[0]);
      if (grid != network_.quant.end()) network_.quant[node.name] = QuantSpec(grid->second);
    }
  }

  /// Images whose channels come last in the file ([height, width, channels]), which a Transpose, or
  /// a Reshape where there is one channel, puts first: that step is left to whoever reads the
  /// images, who has them so already.
  void put_channels_first() {
    index();
    Node& images = network_.nodes.front();
    Shape& shape = std::get<Input>(images.op).shape;
    if (shape.size() != 3 || readers(images.name) != 1 || output_ == images.name) return;
    const auto next = std::ranges::find_if(network_.nodes, [&images](const Node& node) {
      return std::ranges::find(node.inputs, images.name) != node.inputs.end();
    });
    const Shape channels_first{shape[2], shape[0], shape[1]};
    const auto* transpose = std::get_if<Transpose>(&next->op);
    const auto* reshape = std::get_if<Reshape>(&next->op);
    const bool transposes =
        transpose != nullptr && transpose->order == std::vector<std::int64_t>{2, 0, 1};
    const bool reshapes = reshape != nullptr && shape[2] == 1 && reshape->shape == channels_first;
    if ((!transposes && !reshapes) || !hands_grid_on(*next)) return;
    shape = channels_first;
    const std::string name = next->name;
    unlink(*next);
    redirect(name, images.name);
    erase({name});
  }

  Network& network_;
  std::string output_;
  std::map<std::string, Node*> nodes_;
  std::map<std::string, Readers> readers_;
};

}  // namespace

void simplify(Network& network, const std::string& output, bool takes_images) {
  Simplifier(network, output).run(takes_images);
}

}  // namespace bitline
