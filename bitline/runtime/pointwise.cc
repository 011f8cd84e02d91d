#include "bitline/runtime/pointwise.h"

#include <algorithm>
#include <cmath>

#include "bitline/base/fail.h"
#include "bitline/base/parallel.h"
#include "bitline/quantize/grid.h"

namespace bitline {
namespace {

constexpr std::int64_t kGrain = 16;  // (image, channel) rows that one thread takes at least

std::int64_t positions_of(const Shape& shape) {
  std::int64_t positions = 1;
  for (std::size_t axis = 2; axis < shape.size(); ++axis) positions *= shape[axis];
  return positions;
}

/// A value that a step writes whole: integers where it has a grid, else real numbers.
Value empty_output(const std::optional<QuantSpec>& spec, const Shape& shape) {
  if (!spec) return {Tensor::for_overwrite(DType::kF32, shape), false, 1};
  if (spec->axis >= 0)
    fail("a value with one scale per channel cannot feed an integer layer; use one scale");
  return {Tensor::for_overwrite(DType::kI32, shape), true, spec->scale.data<float>()[0],
          spec->zero_point};
}

/// A value that is added, read as real numbers.
class RealReader {
 public:
  explicit RealReader(const Value* value) : value_(value) {}
  /// row[i] += value[first + i].
  void add_to(std::span<float> row, std::size_t first) const {
    if (value_ == nullptr) return;
    if (value_->quantized) {
      const auto integers = value_->data.data<std::int32_t>().subspan(first, row.size());
      const Dequantizer dequantize = value_->dequantizer();
      for (std::size_t i = 0; i < row.size(); ++i) row[i] += dequantize(integers[i]);
    } else {
      const auto reals = value_->data.data<float>().subspan(first, row.size());
      for (std::size_t i = 0; i < row.size(); ++i) row[i] += reals[i];
    }
  }

 private:
  const Value* value_;
};

/// Writes a row into a value, on its grid where it has one.
void store(std::span<const float> row, const std::optional<QuantSpec>& spec, std::size_t first,
           Value& output) {
  if (!output.quantized) {
    std::ranges::copy(row, output.data.data<float>().subspan(first).begin());
    return;
  }
  const Grid grid(*spec, output.scale);
  const auto integers = output.data.data<std::int32_t>().subspan(first, row.size());
  grid.to_integers(row, integers);
}

/// A row of sums through the affine map, the residual sum and the ReLU. One multiplier and offset
/// for all of them, or one for each.
template <typename Sum>
void finish_row(std::span<const Sum> sums, std::span<const double> multiplier,
                std::span<const double> offset, const RealReader& addend, std::size_t first,
                bool relu, std::span<float> row) {
  if (multiplier.size() == 1) {
    for (std::size_t i = 0; i < sums.size(); ++i)
      row[i] = static_cast<float>(static_cast<double>(sums[i]) * multiplier[0] + offset[0]);
  } else {
    for (std::size_t i = 0; i < sums.size(); ++i)
      row[i] = static_cast<float>(static_cast<double>(sums[i]) * multiplier[i] + offset[i]);
  }
  addend.add_to(row, first);
  if (!relu) return;
  for (float& r : row) r = std::max(r, 0.0F);
}

/// A row of sums to integers of the grid, in double throughout.
template <typename Sum>
void requantize_row(std::span<const Sum> sums, std::span<const double> multiplier,
                    std::span<const double> offset, const Step& step, std::size_t first,
                    Value& output) {
  const auto zero_point = static_cast<std::int32_t>(step.spec->zero_point);
  const auto minimum = static_cast<double>(step.spec->minimum() - step.spec->zero_point);
  const auto maximum = static_cast<double>(step.spec->maximum() - step.spec->zero_point);
  const auto integers = output.data.data<std::int32_t>().subspan(first, sums.size());
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const std::size_t o = multiplier.size() == 1 ? 0 : i;
    double steps = static_cast<double>(sums[i]) * multiplier[o] + offset[o];
    if (step.relu) steps = std::max(steps, 0.0);
    integers[i] =
        static_cast<std::int32_t>(std::clamp(std::nearbyint(steps), minimum, maximum)) + zero_point;
  }
}

template <typename Sum>
Value finish(const Step& step, const Tensor& sums, const Shape& shape, const ChannelAffine& affine,
             const Value* addend) {
  Value output = empty_output(step.spec, shape);
  const std::span<const Sum> all = sums.data<Sum>();
  const auto channels = static_cast<std::size_t>(sums.dim(1));
  const auto positions = static_cast<std::size_t>(positions_of(sums.shape()));
  // A row lies in one channel; or takes all channels, where each has a single position.
  const std::size_t length = positions == 1 ? channels : positions;
  const RealReader residual(addend);
  const std::int64_t rows = sums.size() / static_cast<std::int64_t>(length);
  parallel_for(0, rows, kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> row(length);
    for (auto r = static_cast<std::size_t>(begin); r < static_cast<std::size_t>(end); ++r) {
      const std::size_t channel = positions == 1 ? 0 : r % channels;
      const std::size_t count = positions == 1 ? channels : 1;
      const auto multiplier = std::span(affine.multiplier).subspan(channel, count);
      const auto offset = std::span(affine.offset).subspan(channel, count);
      const std::span<const Sum> own = all.subspan(r * length, length);
      if (affine.gives_steps) {
        requantize_row(own, multiplier, offset, step, r * length, output);
        continue;
      }
      finish_row(own, multiplier, offset, residual, r * length, step.relu, std::span(row));
      store(row, step.spec, r * length, output);
    }
  });
  return output;
}

}  // namespace

NormStatistics stored_statistics(const Network& network, const Step& step) {
  if (step.batch_norm == nullptr) return {};
  return {network.parameter(*step.batch_norm, "mean"),
          network.parameter(*step.batch_norm, "variance")};
}

float identity_scale(float variance, double epsilon) {
  return static_cast<float>(std::sqrt(variance + epsilon));
}

ChannelAffine fold_affine(const Network& network, const Step& step,
                          std::span<const double> output_scale, std::span<const double> zero_offset,
                          const NormStatistics& statistics) {
  const Node& layer = *step.node;
  const auto channels = static_cast<std::size_t>(network.parameter(layer, "weight").dim(0));
  ChannelAffine affine{std::vector<double>(channels), std::vector<double>(channels, 0.0)};
  for (std::size_t o = 0; o < channels; ++o)
    affine.multiplier[o] = output_scale[output_scale.size() == 1 ? 0 : o];
  if (network.has_parameter(layer, "bias")) {
    const auto bias = network.parameter(layer, "bias").data<float>();
    affine.offset.assign(bias.begin(), bias.end());
  }
  for (std::size_t o = 0; o < zero_offset.size(); ++o) affine.offset[o] += zero_offset[o];
  if (step.batch_norm == nullptr) return affine;
  const auto of = [&](const char* role) {
    return network.parameter(*step.batch_norm, role).data<float>();
  };
  const auto mean = statistics.mean.data<float>();
  const auto variance = statistics.variance.data<float>();
  const double epsilon = std::get<BatchNorm>(step.batch_norm->op).epsilon;
  for (std::size_t o = 0; o < channels; ++o) {
    if (of("scale")[o] == identity_scale(variance[o], epsilon) && of("shift")[o] == mean[o])
      continue;
    const double gain = of("scale")[o] / std::sqrt(variance[o] + epsilon);
    affine.multiplier[o] *= gain;
    affine.offset[o] = (affine.offset[o] - mean[o]) * gain + of("shift")[o];
  }
  return affine;
}

bool is_by_multiplier(const Step& step) {
  return step.spec && step.spec->by_multiplier && step.batch_norm == nullptr && !step.addend;
}

ChannelAffine multiplier_affine(const Network& network, const Step& step,
                                std::span<const double> scale, double unit,
                                std::span<const double> zero_offset) {
  const ChannelAffine real = fold_affine(network, step, scale, zero_offset, {});
  const auto step_of_grid = static_cast<double>(step.spec->scale.data<float>()[0]);
  ChannelAffine affine = real;
  affine.gives_steps = true;
  for (std::size_t o = 0; o < real.multiplier.size(); ++o) {
    const double s = real.multiplier[o];
    const auto multiplier = static_cast<double>(static_cast<float>(s / step_of_grid));
    affine.multiplier[o] = multiplier * unit;
    affine.offset[o] = std::nearbyint(real.offset[o] / s) * multiplier;
  }
  return affine;
}

Value finish_layer(const Step& step, const Tensor& sums, const Shape& shape,
                   const ChannelAffine& affine, const Value* addend) {
  switch (sums.dtype()) {
    case DType::kI64:
      return finish<std::int64_t>(step, sums, shape, affine, addend);
    case DType::kF64:
      return finish<double>(step, sums, shape, affine, addend);
    default:
      return finish<float>(step, sums, shape, affine, addend);
  }
}

Tensor real(const Value& value) {
  if (!value.quantized) return value.data;
  Tensor result = Tensor::for_overwrite(DType::kF32, value.data.shape());
  std::ranges::transform(value.data.data<std::int32_t>(), result.data<float>().begin(),
                         value.dequantizer());
  return result;
}

namespace {

/// Integers of `value`, which stand for the same real numbers on the grid of `spec`: no rounding
/// sees them again.
Value clamped(const Value& value, const QuantSpec& spec) {
  Value result = empty_output(spec, value.data.shape());
  const auto minimum = static_cast<std::int32_t>(spec.minimum());
  const auto maximum = static_cast<std::int32_t>(spec.maximum());
  std::ranges::transform(value.data.data<std::int32_t>(), result.data.data<std::int32_t>().begin(),
                         [=](std::int32_t i) { return std::clamp(i, minimum, maximum); });
  return result;
}

}  // namespace

Value quantize(Value value, const std::optional<QuantSpec>& spec) {
  if (!spec) return value;
  if (value.quantized && !spec->odd && spec->scale.size() == 1 &&
      value.scale == spec->scale.data<float>()[0] && value.zero_point == spec->zero_point)
    return clamped(value, *spec);
  const Tensor reals = real(value);
  Value result = empty_output(spec, reals.shape());
  const Grid grid(*spec, result.scale);
  grid.to_integers(reals.data<float>(), result.data.data<std::int32_t>());
  return result;
}

Value run_relu(const Value& input) {
  Value output{real(input).clone()};
  for (float& r : output.data.data<float>()) r = std::max(r, 0.0F);
  return output;
}

Value run_add(const Value& a, const Value& b) {
  Value output{real(a).clone()};
  std::ranges::transform(output.data.data<float>(), real(b).data<float>(),
                         output.data.data<float>().begin(), std::plus<>());
  return output;
}

Value run_batch_norm(const Network& network, const Node& node, const Value& input) {
  Value output{real(input).clone()};
  const auto of = [&](const char* role) { return network.parameter(node, role).data<float>(); };
  const double epsilon = std::get<BatchNorm>(node.op).epsilon;
  const Shape& shape = output.data.shape();
  const auto positions = static_cast<std::size_t>(positions_of(shape));
  const auto channels = static_cast<std::size_t>(shape[1]);
  const auto r = output.data.data<float>();
  if (r.empty()) return output;
  for (std::size_t row = 0; row < r.size() / positions; ++row) {
    const std::size_t c = row % channels;
    const double gain = of("scale")[c] / std::sqrt(of("variance")[c] + epsilon);
    const double offset = of("shift")[c] - of("mean")[c] * gain;
    for (std::size_t i = row * positions; i < (row + 1) * positions; ++i)
      r[i] = static_cast<float>(r[i] * gain + offset);
  }
  return output;
}

Value run_global_average_pool(const Value& input) {
  const Shape& shape = input.data.shape();
  const auto positions = static_cast<std::size_t>(positions_of(shape));
  Value output{Tensor(DType::kF32, {shape[0], shape[1]})};
  const auto means = output.data.data<float>();
  for (std::size_t row = 0; row < means.size(); ++row) {
    double sum = 0;
    for (std::size_t i = row * positions; i < (row + 1) * positions; ++i)
      sum += input.quantized ? static_cast<double>(input.data.data<std::int32_t>()[i])
                             : static_cast<double>(input.data.data<float>()[i]);
    const double scale = input.quantized ? static_cast<double>(input.scale) : 1.0;
    const auto count = static_cast<double>(positions);
    sum -= static_cast<double>(input.zero_point) * count;
    means[row] = static_cast<float>(sum * scale / count);
  }
  return output;
}

}  // namespace bitline
