#include "bitline/study/node_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "bitline/base/fail.h"
#include "bitline/base/progress_task.h"
#include "bitline/graph/network_up_to.h"
#include "bitline/quantize/integer_layer.h"
#include "bitline/runtime/executor.h"
#include "bitline/study/inputs.h"

namespace bitline {
namespace {

constexpr std::int64_t kBatchImages = 64;

const Node* last_integer_layer(const Network& network) {
  const Node* last = nullptr;
  for (const Node& node : network.nodes)
    if (has_integer_grid(network, node)) last = &node;
  return last;
}

/// For the first part of a network: what is its last layer is not that of the whole.
ArraySpec array_of_part(ArraySpec array, const Network& whole, const Network& part) {
  const Node* last = last_integer_layer(whole);
  const bool is_there = last != nullptr && std::ranges::any_of(part.nodes, [&](const Node& node) {
                          return node.name == last->name;
                        });
  if (!is_there) array.last_layer = LayerPolicy::kMapped;
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

/// As double, which holds every element type but the largest 64-bit integers.
std::vector<double> numbers_of(const Tensor& tensor) {
  std::vector<double> numbers;
  numbers.reserve(static_cast<std::size_t>(tensor.size()));
  const auto take = [&]<typename T>(std::span<const T> values) {
    for (const T value : values) numbers.push_back(static_cast<double>(value));
  };
  switch (tensor.dtype()) {
    case DType::kF32:
      take(tensor.data<float>());
      break;
    case DType::kF64:
      take(tensor.data<double>());
      break;
    case DType::kU8:
      take(tensor.data<std::uint8_t>());
      break;
    case DType::kI8:
      take(tensor.data<std::int8_t>());
      break;
    case DType::kI16:
      take(tensor.data<std::int16_t>());
      break;
    case DType::kI32:
      take(tensor.data<std::int32_t>());
      break;
    case DType::kI64:
      take(tensor.data<std::int64_t>());
      break;
  }
  return numbers;
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
  const ArraySpec array = array_of_part(config.array, network, part);
  if (last_integer_layer(part) == nullptr) mode = MacMode::kFloat;  // nothing to multiply yet
  const Executor executor(std::move(part), mode, array, config.engine, job.progress);
  const PreparedPlan prepared =
      mode == MacMode::kAnalog ? executor.prepare(plan_of_part(plan, executor)) : PreparedPlan{};
  const ProgressTask task(job.progress, fmt::format("values of {}", node), dataset.size());
  Values all;
  for (std::int64_t first = 0; first < dataset.size(); first += kBatchImages) {
    job.cancellation.check();
    std::vector<std::int64_t> indices(
        static_cast<std::size_t>(std::min(kBatchImages, dataset.size() - first)));
    std::iota(indices.begin(), indices.end(), first);
    Values values = executor.begin(
        normalized_images(executor.network(), subset(dataset, indices), config.data));
    executor.run(values, 0, executor.steps().size(), prepared);
    put(values, first, dataset.size(), all);
    job.progress.update(first + std::ssize(indices), "");
  }
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
