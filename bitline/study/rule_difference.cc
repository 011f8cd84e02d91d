#include "bitline/study/rule_difference.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "bitline/graph/kept_values.h"
#include "bitline/quantize/grid.h"
#include "bitline/runtime/executor.h"

namespace bitline {
namespace {

QuantSpec dividing(QuantSpec spec) {
  spec.rule = GridRule::kDivide;
  return spec;
}

/// float32 numbers other than 0 as integers in the same order.
std::int32_t order_of(float value) {
  const auto bits = std::bit_cast<std::int32_t>(value);
  return bits < 0 ? INT32_MIN - bits : bits;
}
float number_at(std::int32_t order) {
  return std::bit_cast<float>(order < 0 ? INT32_MIN - order : order);
}

/// The smallest float32 number that goes beyond `integer`: few steps from the middle, since x of
/// (8) is off by two roundings at most.
float border_above(const Grid& grid, float middle, std::int32_t integer) {
  constexpr std::int32_t kSteps = 16;
  std::int32_t below = order_of(middle) - kSteps;
  std::int32_t above = order_of(middle) + kSteps;
  while (above - below > 1) {
    const std::int32_t between = below + (above - below) / 2;
    (grid.to_integer(number_at(between)) > integer ? above : below) = between;
  }
  return number_at(above);
}

void add_borders(const QuantSpec& spec, BorderDifference& difference) {
  const float scale = spec.scale.data<float>()[0];
  const Grid multiplies(spec, scale);
  const Grid divides(dividing(spec), scale);
  double elsewhere = 0;
  for (std::int64_t integer = spec.minimum(); integer < spec.maximum(); ++integer) {
    const float middle = (static_cast<float>(integer - spec.zero_point) + 0.5F) * scale;
    const auto from = static_cast<std::int32_t>(integer);
    const float before = border_above(multiplies, middle, from);
    const float behind = border_above(divides, middle, from);
    if (before != behind) ++difference.moved;
    elsewhere += std::abs(static_cast<double>(before) - static_cast<double>(behind));
  }
  const std::int64_t borders = spec.maximum() - spec.minimum();
  ++difference.grids;
  difference.borders += borders;
  difference.share += elsewhere / (static_cast<double>(borders) * static_cast<double>(scale));
}

/// How many integers of two values differ.
std::int64_t differing(const Value& a, const Value& b) {
  const auto first = a.data.data<std::int32_t>();
  const auto second = b.data.data<std::int32_t>();
  std::int64_t count = 0;
  for (std::size_t i = 0; i < first.size(); ++i) count += first[i] != second[i] ? 1 : 0;
  return count;
}

void count(const Value& value, const Value& divided, ValueDifference& difference) {
  if (!value.quantized || !divided.quantized) return;
  difference.values += value.data.size();
  difference.moved += differing(value, divided);
}

}  // namespace

BorderDifference border_difference(const Network& network) {
  BorderDifference difference;
  const auto carried = carried_grids(network);
  for (const auto& [name, spec] : network.quant)
    if (spec.rule == GridRule::kReciprocal && !spec.odd && spec.axis < 0 &&
        !network.tensors.contains(name) && !carried.contains(name))
      add_borders(spec, difference);
  if (difference.grids > 0) difference.share /= static_cast<double>(difference.grids);
  return difference;
}

ValueDifference value_difference(const Network& network, const RunConfig& config,
                                 const Tensor& images, const Job& job) {
  Network divided_network = network;
  for (auto& [name, spec] : divided_network.quant) spec = dividing(spec);
  const Executor executor(network, MacMode::kLossless, config.array, config.engine, job.progress);
  const Executor divided(divided_network, MacMode::kLossless, config.array, config.engine,
                         job.progress);
  ValueDifference difference{images.dim(0)};
  Values values = executor.begin(images);
  count(values.begin()->second, divided.begin(images).begin()->second, difference);
  const std::size_t steps = executor.steps().size();
  job.progress.begin("values under both rules", static_cast<std::int64_t>(steps));
  for (std::size_t i = 1; i < steps; ++i) {
    job.cancellation.check();
    const std::string& output = executor.steps()[i].output;
    Values others = values;
    divided.run(others, i, i + 1);
    executor.run(values, i, i + 1);
    count(values.at(output), others.at(output), difference);
    job.progress.update(static_cast<std::int64_t>(i) + 1, output);
  }
  job.progress.end();
  return difference;
}

}  // namespace bitline
