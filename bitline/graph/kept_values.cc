#include "bitline/graph/kept_values.h"

#include <algorithm>

namespace bitline {
namespace {

bool same_grid(const QuantSpec& a, const QuantSpec& b) {
  return a.bits == b.bits && a.is_signed == b.is_signed && a.narrow == b.narrow && a.odd == b.odd &&
         a.rounding == b.rounding && a.rule == b.rule && a.zero_point == b.zero_point &&
         a.axis == b.axis && std::ranges::equal(a.scale.data<float>(), b.scale.data<float>());
}

}  // namespace

bool keeps_values(const Operator& op) {
  return std::holds_alternative<MaxPool>(op) || std::holds_alternative<Flatten>(op) ||
         std::holds_alternative<Reshape>(op) || std::holds_alternative<Transpose>(op) ||
         std::holds_alternative<Identity>(op) || std::holds_alternative<Gather>(op);
}

std::map<std::string, std::string> carried_grids(const Network& network) {
  std::map<std::string, std::string> carried;
  for (const Node& node : network.nodes) {
    if (!keeps_values(node.op)) continue;
    const auto own = network.quant.find(node.name);
    const auto before = network.quant.find(node.inputs[0]);
    if (own == network.quant.end() || before == network.quant.end() ||
        !same_grid(own->second, before->second))
      continue;
    const auto first = carried.find(before->first);
    carried[node.name] = first == carried.end() ? before->first : first->second;
  }
  return carried;
}

}  // namespace bitline
