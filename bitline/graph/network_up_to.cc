#include "bitline/graph/network_up_to.h"

#include <set>

namespace bitline {
namespace {

/// From the node itself back to the input, which every network begins with.
std::set<std::string> needed_by(const Network& network, std::size_t last) {
  std::set<std::string> needed{network.nodes[last].name, network.nodes.front().name};
  for (std::size_t i = last + 1; i-- > 0;)
    if (needed.contains(network.nodes[i].name))
      needed.insert(network.nodes[i].inputs.begin(), network.nodes[i].inputs.end());
  return needed;
}

}  // namespace

Network network_up_to(const Network& network, std::string_view node) {
  const std::size_t last = network.index_of(node);
  const std::set<std::string> needed = needed_by(network, last);
  Network part;
  part.name = network.name;
  part.normalization = network.normalization;
  const auto take_grid = [&](const std::string& name) {
    if (const auto grid = network.quant.find(name); grid != network.quant.end())
      part.quant.insert(*grid);
  };
  for (std::size_t i = 0; i <= last; ++i) {
    if (!needed.contains(network.nodes[i].name)) continue;
    part.nodes.push_back(network.nodes[i]);
    take_grid(network.nodes[i].name);
    for (const auto& [role, key] : network.nodes[i].parameters) {
      part.tensors[key] = network.tensors.at(key);
      take_grid(key);
    }
  }
  return part;
}

}  // namespace bitline
