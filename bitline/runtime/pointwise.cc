#include "bitline/runtime/pointwise.h"

#include <algorithm>
#include <cmath>

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

/// An empty value that a step writes: integers where it has a grid, else real numbers.
Value empty_output(const std::optional<QuantSpec>& spec, const Shape& shape) {
  if (!spec) return {Tensor(DType::kF32, shape), false, 1};
  if (spec->axis >= 0)
    fail("a value with one scale per channel cannot feed an integer layer; use one scale");
  return {Tensor(DType::kI32, shape), true, spec->scale.data<float>()[0]};
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
      const float scale = value_->scale;
      for (std::size_t i = 0; i < row.size(); ++i)
        row[i] += static_cast<float>(integers[i]) * scale;
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
  for (std::size_t i = 0; i < row.size(); ++i) integers[i] = grid.to_integer(row[i]);
}

/// One row (image and channel) of the affine map, the residual sum and the ReLU.
template <typename Sum>
void finish_row(std::span<const Sum> sums, double multiplier, double offset,
                const RealReader& addend, std::size_t first, bool relu, std::span<float> row) {
  for (std::size_t i = 0; i < sums.size(); ++i)
    row[i] = static_cast<float>(static_cast<double>(sums[i]) * multiplier + offset);
  addend.add_to(row, first);
  if (!relu) return;
  for (float& r : row) r = std::max(r, 0.0F);
}

template <typename Sum>
Value finish(const Step& step, std::span<const Sum> sums, const Shape& shape,
             const ChannelAffine& affine, const Value* addend) {
  Value output = empty_output(step.spec, shape);
  const auto positions = static_cast<std::size_t>(positions_of(shape));
  const RealReader residual(addend);
  parallel_for(0, shape[0] * shape[1], kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> row(positions);
    for (std::int64_t r = begin; r < end; ++r) {
      const auto channel = static_cast<std::size_t>(r % shape[1]);
      const std::size_t first = static_cast<std::size_t>(r) * positions;
      finish_row(sums.subspan(first, positions), affine.multiplier[channel], affine.offset[channel],
                 residual, first, step.relu, std::span(row));
      store(row, step.spec, first, output);
    }
  });
  return output;
}

}  // namespace

ChannelAffine fold_affine(const Network& network, const Step& step,
                          std::span<const double> output_scale) {
  const Node& layer = *step.node;
  const auto channels = static_cast<std::size_t>(network.parameter(layer, "weight").dim(0));
  ChannelAffine affine{std::vector<double>(channels), std::vector<double>(channels, 0.0)};
  for (std::size_t o = 0; o < channels; ++o)
    affine.multiplier[o] = output_scale[output_scale.size() == 1 ? 0 : o];
  if (network.has_parameter(layer, "bias")) {
    const auto bias = network.parameter(layer, "bias").data<float>();
    affine.offset.assign(bias.begin(), bias.end());
  }
  if (step.batch_norm == nullptr) return affine;
  const auto of = [&](const char* role) {
    return network.parameter(*step.batch_norm, role).data<float>();
  };
  const double epsilon = std::get<BatchNorm>(step.batch_norm->op).epsilon;
  for (std::size_t o = 0; o < channels; ++o) {
    const double gain = of("scale")[o] / std::sqrt(of("variance")[o] + epsilon);
    affine.multiplier[o] *= gain;
    affine.offset[o] = (affine.offset[o] - of("mean")[o]) * gain + of("shift")[o];
  }
  return affine;
}

Value finish_layer(const Step& step, const Tensor& sums, const Shape& shape,
                   const ChannelAffine& affine, const Value* addend) {
  switch (sums.dtype()) {
    case DType::kI64:
      return finish<std::int64_t>(step, sums.data<std::int64_t>(), shape, affine, addend);
    case DType::kF64:
      return finish<double>(step, sums.data<double>(), shape, affine, addend);
    default:
      return finish<float>(step, sums.data<float>(), shape, affine, addend);
  }
}

Tensor real(const Value& value) {
  if (!value.quantized) return value.data;
  Tensor result(DType::kF32, value.data.shape());
  std::ranges::transform(
      value.data.data<std::int32_t>(), result.data<float>().begin(),
      [&value](std::int32_t integer) { return static_cast<float>(integer) * value.scale; });
  return result;
}

Value quantize(Value value, const std::optional<QuantSpec>& spec) {
  if (!spec) return value;
  const Tensor reals = real(value);
  Value result = empty_output(spec, reals.shape());
  const Grid grid(*spec, result.scale);
  std::ranges::transform(reals.data<float>(), result.data.data<std::int32_t>().begin(),
                         [&grid](float r) { return grid.to_integer(r); });
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

Value run_batch_norm(const Network& network, const Step& step, const Value& input) {
  Value output{real(input).clone()};
  const auto of = [&](const char* role) {
    return network.parameter(*step.node, role).data<float>();
  };
  const double epsilon = std::get<BatchNorm>(step.node->op).epsilon;
  const Shape& shape = output.data.shape();
  const auto positions = static_cast<std::size_t>(positions_of(shape));
  const auto channels = static_cast<std::size_t>(shape[1]);
  const auto r = output.data.data<float>();
  for (std::size_t row = 0; row < r.size() / positions; ++row) {
    const std::size_t c = row % channels;
    const double gain = of("scale")[c] / std::sqrt(of("variance")[c] + epsilon);
    const double offset = of("shift")[c] - of("mean")[c] * gain;
    for (std::size_t i = row * positions; i < (row + 1) * positions; ++i)
      r[i] = static_cast<float>(r[i] * gain + offset);
  }
  return output;
}

namespace {

template <typename Element>
void max_pool(const MaxPool& pool, const Shape& in, const Shape& out, std::span<const Element> from,
              std::span<Element> to) {
  std::size_t next = 0;
  for (std::int64_t plane = 0; plane < out[0] * out[1]; ++plane)
    for (std::int64_t y = 0; y < out[2]; ++y)
      for (std::int64_t x = 0; x < out[3]; ++x) {
        const auto at = [&](std::int64_t dy, std::int64_t dx) {
          return from[static_cast<std::size_t>((plane * in[2] + y * pool.stride + dy) * in[3] +
                                               x * pool.stride + dx)];
        };
        Element largest = at(0, 0);
        for (std::int64_t dy = 0; dy < pool.kernel; ++dy)
          for (std::int64_t dx = 0; dx < pool.kernel; ++dx) largest = std::max(largest, at(dy, dx));
        to[next++] = largest;
      }
}

}  // namespace

Value run_max_pool(const MaxPool& pool, const Value& input) {
  const Shape& in = input.data.shape();
  const Shape out{in[0], in[1], (in[2] - pool.kernel) / pool.stride + 1,
                  (in[3] - pool.kernel) / pool.stride + 1};
  Value output{Tensor(input.data.dtype(), out), input.quantized, input.scale};
  if (input.quantized) {
    max_pool<std::int32_t>(pool, in, out, input.data.data<std::int32_t>(),
                           output.data.data<std::int32_t>());
  } else {
    max_pool<float>(pool, in, out, input.data.data<float>(), output.data.data<float>());
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
    means[row] = static_cast<float>(sum * scale / static_cast<double>(positions));
  }
  return output;
}

}  // namespace bitline
