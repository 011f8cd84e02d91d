#include "bitline/runtime/digital_step.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/digital/digital.h"
#include "bitline/runtime/pointwise.h"
#include "bitline/runtime/real_parameter.h"

namespace bitline {
namespace {

/// Axes of the network count from behind the images.
std::vector<std::int64_t> behind_images(std::vector<std::int64_t> axes) {
  for (std::int64_t& axis : axes) ++axis;
  return axes;
}

/// The same with `count` axes of extent 1 behind the images.
Tensor with_axes(const Tensor& x, std::size_t count) {
  Shape shape = x.shape();
  shape.insert(shape.begin() + 1, count, 1);
  return x.reshaped(shape);
}

/// The operands' real numbers with as many axes: what is broadcast aligns the last ones.
std::vector<Tensor> aligned(const std::vector<Value>& operands) {
  std::size_t rank = 0;
  for (const Value& value : operands) rank = std::max(rank, value.data.shape().size());
  std::vector<Tensor> result;
  for (const Value& value : operands)
    result.push_back(with_axes(real(value), rank - value.data.shape().size()));
  return result;
}

/// The integer that stands for `number` exactly; nothing where the grid has none.
std::optional<std::int32_t> integer_of(const Value& grid, double number) {
  constexpr double kMost = 1 << 20;  // beyond every grid
  const double level = std::nearbyint(number / static_cast<double>(grid.scale));
  if (!(std::abs(level) < kMost)) return std::nullopt;
  const auto integer =
      static_cast<std::int32_t>(level) + static_cast<std::int32_t>(grid.zero_point);
  if (grid.dequantizer()(integer) != static_cast<float>(number)) return std::nullopt;
  return integer;
}

bool share_one_grid(std::span<const Value> values) {
  return std::ranges::all_of(values, [&](const Value& value) {
    return value.quantized && value.scale == values[0].scale &&
           value.zero_point == values[0].zero_point;
  });
}

/// One rule per operator.
struct DigitalStep {
  const Network& network;
  const Node& node;
  const Values& values;

  const Value& input(std::size_t i = 0) const { return values.at(node.inputs[i]); }
  std::vector<Value> inputs() const {
    std::vector<Value> all;
    for (const std::string& name : node.inputs) all.push_back(values.at(name));
    return all;
  }
  /// Elements of the first input in other places, on its grid.
  Value moved(Tensor data) const { return on_grid_of(input(), std::move(data)); }
  Shape with_images(Shape shape) const {
    shape.insert(shape.begin(), input().images());
    return shape;
  }

  template <typename Layer>
  Value operator()(const Layer&) const {
    fail("node '{}': operator {} is no digital step", node.name, name_of(node.op));
  }

  Value operator()(const BatchNorm&) const { return run_batch_norm(network, node, input()); }
  Value operator()(const Relu&) const { return run_relu(input()); }
  Value operator()(const ResidualAdd&) const { return run_add(input(0), input(1)); }
  Value operator()(const GlobalAveragePool&) const { return run_global_average_pool(input()); }

  Value operator()(const Identity&) const { return input(); }
  Value operator()(const MaxPool& pool) const {
    return moved(digital::max_pool(pool.windows, input().data));
  }
  Value operator()(const Flatten&) const {
    return moved(input().data.reshaped(with_images({input().data.size() / input().images()})));
  }
  Value operator()(const Reshape& reshape) const {
    return moved(input().data.reshaped(with_images(reshape.shape)));
  }
  Value operator()(const Transpose& transpose) const {
    std::vector<std::int64_t> order = behind_images(transpose.order);
    order.insert(order.begin(), 0);
    return moved(digital::transpose(input().data, order));
  }
  Value operator()(const Gather& gather) const {
    return moved(digital::gather(input().data, gather.axis + 1, gather.indices));
  }
  Value operator()(const Concat& concat) const;
  Value operator()(const Pad& pad) const;

  Value operator()(const Unary& unary) const { return {digital::apply(unary, real(input()))}; }
  Value operator()(const Binary& binary) const {
    const std::vector<Tensor> of = aligned(inputs());
    return {digital::apply(binary, of[0], of[1])};
  }
  Value operator()(const MatMul&) const {
    const std::vector<Tensor> of = aligned(inputs());
    return {digital::mat_mul(of[0], of[1])};
  }
  Value operator()(const Where&) const {
    const std::vector<Tensor> of = aligned(inputs());
    return {digital::where(of[0], of[1], of[2])};
  }
  Value operator()(const Softmax& softmax) const {
    return {digital::softmax(real(input()), softmax.axis + 1)};
  }
  Value operator()(const LayerNorm& norm) const {
    const Tensor shift =
        network.has_parameter(node, "shift") ? network.parameter(node, "shift") : Tensor();
    return {
        digital::layer_norm(real(input()), network.parameter(node, "scale"), shift, norm.epsilon)};
  }
  Value operator()(const GroupNorm& norm) const {
    return {digital::group_norm(real(input()), network.parameter(node, "scale"),
                                network.parameter(node, "shift"), norm)};
  }
  Value operator()(const ReduceMean& mean) const {
    return {digital::reduce_mean(real(input()), behind_images(mean.axes), mean.keep_axes)};
  }
  Value operator()(const AveragePool& pool) const {
    return {digital::average_pool(pool, real(input()))};
  }
  Value operator()(const ConvTranspose& conv) const {
    const Tensor bias =
        network.has_parameter(node, "bias") ? network.parameter(node, "bias") : Tensor();
    return {digital::conv_transpose(conv, real(input()), real_parameter(network, node, "weight"),
                                    bias)};
  }
  Value operator()(const MultiThreshold& op) const {
    return {digital::multi_threshold(real(input()), network.parameter(node, "thresholds"), op,
                                     op.axis + 1)};
  }
  Value operator()(const Constant&) const;
};

Value DigitalStep::operator()(const Concat& concat) const {
  const std::vector<Value> all = inputs();
  const bool integers = share_one_grid(all);
  std::vector<Tensor> parts;
  for (const Value& value : all) parts.push_back(integers ? value.data : real(value));
  Tensor joined = digital::concat(parts, concat.axis + 1);
  return integers ? moved(std::move(joined)) : Value{std::move(joined)};
}

Value DigitalStep::operator()(const Pad& pad) const {
  std::vector<std::int64_t> before = pad.before;
  std::vector<std::int64_t> behind = pad.behind;
  before.insert(before.begin(), 0);
  behind.insert(behind.begin(), 0);
  if (input().quantized)
    if (const auto integer = integer_of(input(), pad.value))
      return moved(digital::pad(input().data, before, behind, *integer));
  return {digital::pad(real(input()), before, behind, pad.value)};
}

Value DigitalStep::operator()(const Constant&) const {
  if (values.empty()) fail("network '{}' does not read its images", network.name);
  const Tensor value = real_parameter(network, node, "value");
  const std::vector<std::int64_t> copies(static_cast<std::size_t>(values.begin()->second.images()),
                                         0);
  Shape one = value.shape();
  one.insert(one.begin(), 1);
  return {digital::gather(value.reshaped(one), 0, copies)};
}

}  // namespace

Value run_digital(const Network& network, const Node& node, const Values& values) {
  return std::visit(DigitalStep{network, node, values}, node.op);
}

}  // namespace bitline
