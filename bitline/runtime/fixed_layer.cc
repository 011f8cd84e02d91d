#include "bitline/runtime/fixed_layer.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/base/parallel.h"

namespace bitline {
namespace {

constexpr std::int64_t kGrain = 16;  // rows that one thread takes at least
constexpr std::int64_t kLargestAddend = std::int64_t{1} << 32;  // of 32 bits and a zero point

/// Fractional bits of an integer of 32 bits that is 16 times the largest one of the grid at most.
int unit_bits(const QuantSpec& grid, int bits) { return std::min(bits, 27 - grid.bits); }

/// s · 2^−bits, exact but for the smallest of numbers.
float unit_of(float step, int bits) { return std::ldexp(step, -bits); }

/// Real numbers in units of 2^−bits of the step, to the nearest of 32 bits; NaN to the smallest.
Value in_units(const Value& real, float step, int bits) {
  Value result{Tensor(DType::kI32, real.data.shape()), true, unit_of(step, bits)};
  const double factor = std::ldexp(1 / static_cast<double>(step), bits);
  std::ranges::transform(std::as_const(real.data).data<float>(),
                         result.data.data<std::int32_t>().begin(), [factor](float v) {
                           const double units = std::nearbyint(static_cast<double>(v) * factor);
                           const double clamped =
                               std::min(std::max<double>(INT32_MIN, units), double{INT32_MAX});
                           return static_cast<std::int32_t>(clamped);
                         });
  return result;
}

/// The rows of a layer's sums: of one channel each, or, where each channel has a single position,
/// of all channels.
template <typename Sum>
void run_rows(const FixedRequantization& requantize, const Tensor& sums,
              const FixedRequantization::Addends& addends, std::span<std::int32_t> outputs) {
  const std::span<const Sum> all = sums.data<Sum>();
  const auto channels = static_cast<std::size_t>(sums.dim(1));
  const std::size_t positions =
      all.empty() ? 1 : all.size() / static_cast<std::size_t>(sums.dim(0)) / channels;
  parallel_for(0, std::ssize(all) / static_cast<std::int64_t>(positions), kGrain,
               [&](std::int64_t begin, std::int64_t end) {
                 for (auto r = static_cast<std::size_t>(begin); r < static_cast<std::size_t>(end);
                      ++r) {
                   const std::size_t first = r * positions;
                   FixedRequantization::Addends row = addends;
                   if (!addends.integers.empty())
                     row.integers = addends.integers.subspan(first, positions);
                   requantize.run_row(all.subspan(first, positions), r % channels, row,
                                      outputs.subspan(first, positions));
                 }
               });
}

}  // namespace

std::optional<FixedTarget> fixed_target(const Step& step, int bits) {
  if (step.spec) return FixedTarget{bits, step.spec->scale.data<float>()[0], step.spec, step.relu};
  if (!step.sum_spec_ahead) return std::nullopt;
  const QuantSpec& ahead = *step.sum_spec_ahead;
  return FixedTarget{unit_bits(ahead, bits), ahead.scale.data<float>()[0], std::nullopt, step.relu};
}

Value finish_fixed(const Step& step, const FixedTarget& target, const Tensor& sums,
                   const Shape& shape, const ChannelAffine& affine, const Value* addend,
                   std::int64_t largest_sum) {
  Value addend_in_units;
  if (addend != nullptr && !addend->quantized) {
    const int bits = target.grid ? unit_bits(*target.grid, target.bits) : target.bits;
    addend_in_units = in_units(*addend, target.step, bits);
    addend = &addend_in_units;
  }
  const FixedLimits limits{largest_sum, addend == nullptr ? 0 : kLargestAddend};
  const FixedRequantization requantize =
      with_context(fmt::format("layer {}", step.node->name), [&] {
        return FixedRequantization(affine, target, addend == nullptr ? 0 : addend->scale, limits);
      });
  Value output{Tensor(DType::kI32, shape), true,
               target.grid ? target.step : unit_of(target.step, target.bits),
               target.grid ? target.grid->zero_point : 0};
  FixedRequantization::Addends addends;
  if (addend != nullptr)
    addends = {std::as_const(addend->data).data<std::int32_t>(), addend->zero_point};
  const auto outputs = output.data.data<std::int32_t>();
  switch (sums.dtype()) {
    case DType::kI64:
      run_rows<std::int64_t>(requantize, sums, addends, outputs);
      break;
    case DType::kF64:
      run_rows<double>(requantize, sums, addends, outputs);
      break;
    default:
      run_rows<float>(requantize, sums, addends, outputs);
  }
  return output;
}

}  // namespace bitline
