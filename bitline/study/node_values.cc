#include "bitline/study/node_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "bitline/base/fail.h"
#include "bitline/evaluate/predict.h"
#include "bitline/graph/network_up_to.h"
#include "bitline/quantize/integer_layer.h"
#include "bitline/runtime/executor.h"
#include "bitline/study/inputs.h"

namespace bitline {
namespace {

const Node* last_integer_layer(const Network& network) {
  const Node* last = nullptr;
  for (const Node& node : network.nodes)
    if (has_integer_grid(network, node)) last = &node;
  return last;
}

/// For the first part of a network: what is its last layer is not that of the whole.
NetworkArrays array_of_part(NetworkArrays array, const Network& whole, const Network& part) {
  const auto is_there = [&part](const std::string& name) {
    return std::ranges::find(part.nodes, name, &Node::name) != part.nodes.end();
  };
  std::erase_if(array.layers, [&](const auto& own) { return !is_there(own.first); });
  const Node* last = last_integer_layer(whole);
  if (last != nullptr && is_there(last->name)) return array;
  array.common.last_layer = LayerPolicy::kMapped;
  return array;
}

AdcPlan plan_of_part(AdcPlan plan, const Executor& part) {
  std::vector<std::string> there;
  for (const CimLayer* layer : part.cim_layers()) there.push_back(layer->name);
  std::erase_if(plan.layers, [&](const auto& layer) {
    return std::ranges::find(there, layer.first) == there.end();
  });
  return plan;
}

template <typename T>
std::vector<double> numbers_of_type(const Tensor& tensor) {
  const std::span<const T> elements = tensor.data<T>();
  return {elements.begin(), elements.end()};
}

/// As double, which holds every element type but the largest 64-bit integers.
std::vector<double> numbers_of(const Tensor& tensor) {
  switch (tensor.dtype()) {
    case DType::kF32:
      return numbers_of_type<float>(tensor);
    case DType::kF64:
      return numbers_of_type<double>(tensor);
    case DType::kU8:
      return numbers_of_type<std::uint8_t>(tensor);
    case DType::kI8:
      return numbers_of_type<std::int8_t>(tensor);
    case DType::kI16:
      return numbers_of_type<std::int16_t>(tensor);
    case DType::kI32:
      return numbers_of_type<std::int32_t>(tensor);
    case DType::kI64:
      return numbers_of_type<std::int64_t>(tensor);
  }
  fail("element type {} is not known", static_cast<int>(tensor.dtype()));
}

/// The first place of the largest number of each row.
std::vector<std::ptrdiff_t> answers_of(const std::vector<double>& numbers, std::int64_t classes) {
  std::vector<std::ptrdiff_t> answers;
  for (auto row = numbers.begin(); row != numbers.end(); row += classes)
    answers.push_back(std::max_element(row, row + classes) - row);
  return answers;
}

}  // namespace

Tensor node_values(const Network& network, MacMode mode, const AdcPlan& plan,
                   const Dataset& dataset, const RunConfig& config, std::string_view node,
                   const Job& job) {
  check_fit(network, dataset);
  Network part = network_up_to(network, node);
  const NetworkArrays array = array_of_part(config.array, network, part);
  if (last_integer_layer(part) == nullptr) mode = MacMode::kFloat;  // nothing to multiply yet
  const Executor executor(std::move(part), mode, array, config.engine, job.progress);
  const PreparedPlan prepared =
      mode == MacMode::kAnalog ? executor.prepare(plan_of_part(plan, executor)) : PreparedPlan{};
  Values all;
  for_each_batch(dataset, normalization_of(executor.network(), config.data, dataset),
                 fmt::format("values of {}", node), job,
                 [&](std::int64_t first, const Tensor& images) {
                   Values values = executor.begin(images);
                   executor.run(values, 0, executor.steps().size(), prepared);
                   put(values, first, dataset.size(), all);
                 });
  return all.at(std::string(node)).data;
}

ArrayDifference difference_of(const Tensor& ours, const Tensor& theirs) {
  if (ours.shape() != theirs.shape())
    fail_usage("an array of shape {} cannot be compared with {}; give the same images and node",
               to_string(theirs.shape()), to_string(ours.shape()));
  ArrayDifference difference;
  const std::vector<double> a = numbers_of(ours);
  const std::vector<double> b = numbers_of(theirs);
  const std::int64_t of_image = ours.size() / std::max<std::int64_t>(ours.dim(0), 1);
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i]) continue;
    ++difference.values;
    const double own = std::isfinite(a[i] - b[i]) ? std::abs(a[i] - b[i])
                                                  : std::numeric_limits<double>::infinity();
    if (own <= difference.largest) continue;
    difference.largest = own;
    difference.image = static_cast<std::int64_t>(i) / of_image;
    difference.position = static_cast<std::int64_t>(i) % of_image;
  }
  if (ours.shape().size() != 2 || a.empty()) return difference;
  difference.answers.emplace();
  const auto own = answers_of(a, of_image), other = answers_of(b, of_image);
  for (std::size_t image = 0; image < own.size(); ++image)
    if (own[image] != other[image]) difference.answers->push_back(static_cast<std::int64_t>(image));
  return difference;
}

}  // namespace bitline
