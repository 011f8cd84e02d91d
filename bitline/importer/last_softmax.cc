#include "bitline/importer/last_softmax.h"

#include <map>
#include <vector>

namespace bitline {
namespace {

/// Whether it gives the values of its input in their order.
bool keeps_order(const Operator& op) {
  return std::holds_alternative<Identity>(op) || std::holds_alternative<Reshape>(op) ||
         std::holds_alternative<Flatten>(op);
}

}  // namespace

std::string without_last_softmax(Network& network, const std::string& output) {
  const std::map<std::string, Shape> shapes = infer_shapes(network);
  std::vector<Node*> behind;  // from the output to the Softmax
  std::size_t place = network.index_of(output);
  while (keeps_order(network.nodes[place].op)) {
    behind.push_back(&network.nodes[place]);
    const std::string& source = network.nodes[place].inputs[0];
    while (network.nodes[place].name != source) --place;  // it stands in front
  }
  Node* const node = &network.nodes[place];
  const auto* softmax = std::get_if<Softmax>(&node->op);
  if (softmax == nullptr) return output;
  const Shape& shape = shapes.at(node->name);
  if (shape[static_cast<std::size_t>(softmax->axis)] != element_count(shape)) return output;
  network.quant.erase(node->name);
  for (const Node* later : behind) network.quant.erase(later->name);
  if (behind.empty()) return node->inputs[0];
  behind.back()->inputs[0] = node->inputs[0];
  return output;
}

}  // namespace bitline
