#include "bitline/graph/network.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "bitline/base/fail.h"
#include "bitline/base/nearest_name.h"

namespace bitline {

bool is_layer(const Node& node) {
  return std::holds_alternative<Conv>(node.op) || std::holds_alternative<Linear>(node.op);
}

void fail_no_layer(const Network& network, std::string_view layer, ErrorKind kind) {
  std::vector<std::string> known;
  for (const Node& node : network.nodes)
    if (is_layer(node)) known.push_back(node.name);
  const std::string nearest = nearest_name(layer, known);
  throw Error(kind,
              fmt::format("network '{}' has no layer '{}'; {}", network.name, layer,
                          nearest.empty() ? fmt::format("its layers are {}", fmt::join(known, ", "))
                                          : fmt::format("the nearest name is '{}'", nearest)));
}

std::size_t Network::index_of(std::string_view node) const {
  const auto found = std::find_if(nodes.begin(), nodes.end(),
                                  [node](const Node& candidate) { return candidate.name == node; });
  if (found != nodes.end()) return static_cast<std::size_t>(found - nodes.begin());
  std::vector<std::string> known;
  for (const Node& candidate : nodes) known.push_back(candidate.name);
  const std::string nearest = nearest_name(node, known);
  fail("network '{}' has no node '{}'{}", name, node,
       nearest.empty() ? "" : fmt::format("; the nearest name is '{}'", nearest));
}

namespace {

template <typename Map>
auto& parameter_in(Map& tensors, const Node& node, std::string_view role) {
  const auto key = node.parameters.find(std::string(role));
  if (key == node.parameters.end())
    fail("node '{}' ({}) has no parameter '{}'", node.name, name_of(node.op), role);
  const auto tensor = tensors.find(key->second);
  if (tensor == tensors.end())
    fail("node '{}': tensor '{}' is missing from the network", node.name, key->second);
  return tensor->second;
}

}  // namespace

const Tensor& Network::parameter(const Node& node, std::string_view role) const {
  return parameter_in(tensors, node, role);
}

Tensor& Network::parameter(const Node& node, std::string_view role) {
  return parameter_in(tensors, node, role);
}

}  // namespace bitline
