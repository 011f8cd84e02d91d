#include "bitline/importer/onnx_model.h"

#include <limits>
#include <map>
#include <queue>
#include <string>
#include <vector>

#include "bitline/base/fail.h"

namespace bitline {

namespace {

constexpr std::int64_t kFirstOperatorSet = 7;
constexpr std::int64_t kLastOperatorSet = 26;

std::string name_of(const onnx::NodeProto& node) {
  return node.name().empty() && node.output_size() > 0 ? node.output(0) : node.name();
}

}  // namespace

std::int64_t operator_set(const onnx::ModelProto& model) {
  for (const auto& entry : model.opset_import())
    if (entry.domain().empty() || entry.domain() == "ai.onnx") return entry.version();
  return 1;
}

void check_operator_set(std::int64_t version) {
  if (version < kFirstOperatorSet || version > kLastOperatorSet)
    fail("operator set {} is not supported; export with operator set {} to {}", version,
         kFirstOperatorSet, kLastOperatorSet);
}

void check_onnx_size(std::uintmax_t bytes) {
  if (bytes > static_cast<std::uintmax_t>(std::numeric_limits<int>::max()))
    fail(
        "the file has {} bytes, more than the 2 GiB of an ONNX file; keep its weights as external "
        "data",
        bytes);
}

onnx::ModelProto parse_onnx(std::span<const std::byte> file) {
  check_onnx_size(file.size());
  onnx::ModelProto model;
  if (!model.ParseFromArray(file.data(), static_cast<int>(file.size())))
    fail("this is not an ONNX file, or it is damaged or cut off");
  if (!model.has_graph()) fail("this ONNX file has no graph; export the network again");
  check_operator_set(operator_set(model));
  return model;
}

std::vector<int> topological_order(const onnx::GraphProto& graph) {
  std::map<std::string, int> makers;
  for (int i = 0; i < graph.node_size(); ++i)
    for (const std::string& output : graph.node(i).output())
      if (!output.empty() && !makers.emplace(output, i).second)
        fail("value '{}' is made by two nodes; the file is damaged", output);
  std::vector<int> waiting(static_cast<std::size_t>(graph.node_size()), 0);
  std::vector<std::vector<int>> readers(waiting.size());
  for (int i = 0; i < graph.node_size(); ++i)
    for (const std::string& input : graph.node(i).input()) {
      const auto maker = makers.find(input);
      if (input.empty() || maker == makers.end()) continue;
      ++waiting[static_cast<std::size_t>(i)];
      readers[static_cast<std::size_t>(maker->second)].push_back(i);
    }
  // The earliest of those that are ready, so that a sorted file keeps its order.
  std::priority_queue<int, std::vector<int>, std::greater<>> ready;
  for (int i = 0; i < graph.node_size(); ++i)
    if (waiting[static_cast<std::size_t>(i)] == 0) ready.push(i);
  std::vector<int> order;
  while (!ready.empty()) {
    order.push_back(ready.top());
    ready.pop();
    for (const int reader : readers[static_cast<std::size_t>(order.back())])
      if (--waiting[static_cast<std::size_t>(reader)] == 0) ready.push(reader);
  }
  for (int i = 0; i < graph.node_size(); ++i)
    if (waiting[static_cast<std::size_t>(i)] != 0)
      fail(
          "node '{}' ({}, inputs {}) reads its own result through other nodes, so that no input "
          "has a shape; a network has no cycles",
          name_of(graph.node(i)), graph.node(i).op_type(), fmt::join(graph.node(i).input(), ", "));
  return order;
}

}  // namespace bitline
