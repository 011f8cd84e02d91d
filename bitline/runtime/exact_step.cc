#include "bitline/runtime/exact_step.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "bitline/base/parallel.h"
#include "bitline/digital/digital.h"
#include "bitline/quantize/fraction_rounding.h"

namespace bitline {
namespace {

constexpr std::int64_t kGrain = 4096;  // elements that one thread takes at least

/// Rounds every element: `terms(i)` gives L_1, L_2 and n of element i, which do not exceed `most`
/// and `count` in magnitude.
template <typename Terms>
Tensor round_all(const FractionRounding& rounding, Shape shape, std::int64_t most,
                 std::int64_t count, const Terms& terms) {
  Tensor result(DType::kI32, std::move(shape));
  const auto integers = result.data<std::int32_t>();
  const auto run = [&](const auto& round) {
    parallel_for(0, std::ssize(integers), kGrain, [&](std::int64_t begin, std::int64_t end) {
      for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
        const auto [first, second, n] = terms(i);
        integers[i] = round(first, second, n);
      }
    });
  };
  if (rounding.fits_64_bits(most, count))
    run([&rounding](auto... term) { return rounding.in_64_bits(term...); });
  else
    run([&rounding](auto... term) { return rounding(term...); });
  return result;
}

struct Terms {
  std::int64_t first, second, n;
};

/// The largest |element − zero point|.
template <typename Integer>
std::int64_t largest_level(std::span<const Integer> integers, std::int64_t zero_point) {
  if (integers.empty()) return 0;
  const auto [low, high] = std::ranges::minmax(integers);
  return std::max(std::abs(low - zero_point), std::abs(high - zero_point));
}

/// Integers that were summed: ΣA, of how many, and what the mean divides by; the latter two repeat
/// from plane to plane.
struct IntegerSums {
  Tensor sums;  // I64
  std::vector<std::int64_t> places, sizes;
};

IntegerSums sums_over(const Tensor& x, const std::vector<std::int64_t>& axes, bool keep_axes) {
  std::int64_t places = 1;
  for (const std::int64_t axis : axes) places *= x.dim(static_cast<std::size_t>(axis));
  return {digital::reduce_sum(x, axes, keep_axes), {places}, {places}};
}

/// The sums that a mean is made of; nothing of another operator.
struct SumsOf {
  const Tensor& x;

  template <typename Other>
  std::optional<IntegerSums> operator()(const Other&) const {
    return std::nullopt;
  }
  std::optional<IntegerSums> operator()(const GlobalAveragePool&) const {
    std::vector<std::int64_t> axes(x.shape().size() - 2);
    std::iota(axes.begin(), axes.end(), 2);
    return sums_over(x, axes, false);
  }
  std::optional<IntegerSums> operator()(const ReduceMean& mean) const {
    std::vector<std::int64_t> axes = mean.axes;
    for (std::int64_t& axis : axes) ++axis;  // behind the images
    return sums_over(x, axes, mean.keep_axes);
  }
  std::optional<IntegerSums> operator()(const AveragePool& pool) const {
    return IntegerSums{digital::sum_pool(pool.windows, x),
                       digital::window_sizes({pool.windows, false}, x.shape()),
                       digital::window_sizes(pool, x.shape())};
  }
};

Tensor rounded_mean(const FractionRounding& rounding, const IntegerSums& parts,
                    std::int64_t zero_point) {
  const auto sums = parts.sums.data<std::int64_t>();
  const std::int64_t largest_size = std::ranges::max(parts.sizes);
  const std::int64_t most =
      largest_level<std::int64_t>(sums, 0) + std::abs(zero_point) * std::ranges::max(parts.places);
  return round_all(rounding, parts.sums.shape(), most, std::max<std::int64_t>(largest_size, 1),
                   [&](std::size_t i) {
                     const std::size_t window = i % parts.sizes.size();
                     const std::int64_t level = sums[i] - zero_point * parts.places[window];
                     return Terms{level, 0, std::max<std::int64_t>(parts.sizes[window], 1)};
                   });
}

Tensor rounded_sum(const FractionRounding& rounding, const Value& a, const Value& b) {
  const auto first = std::as_const(a.data).data<std::int32_t>();
  const auto second = std::as_const(b.data).data<std::int32_t>();
  const std::int64_t most = largest_level<std::int32_t>(first, a.zero_point) +
                            largest_level<std::int32_t>(second, b.zero_point);
  return round_all(rounding, a.data.shape(), most, 1, [&](std::size_t i) {
    return Terms{first[i] - a.zero_point, second[i] - b.zero_point, 1};
  });
}

}  // namespace

bool has_exact_form(const Operator& op) {
  return std::holds_alternative<GlobalAveragePool>(op) || std::holds_alternative<AveragePool>(op) ||
         std::holds_alternative<ReduceMean>(op) || std::holds_alternative<ResidualAdd>(op);
}

std::optional<Value> run_exactly(const Step& step, const Values& values) {
  if (!step.spec || step.spec->rule != GridRule::kDivide || step.spec->axis >= 0 ||
      !has_exact_form(step.node->op))
    return std::nullopt;
  std::vector<float> scales;
  for (const std::string& input : step.node->inputs) {
    const Value& value = values.at(input);
    if (!value.quantized) return std::nullopt;
    scales.push_back(value.scale);
  }
  const std::optional<FractionRounding> rounding = FractionRounding::of(*step.spec, scales);
  if (!rounding) return std::nullopt;
  const Value& first = values.at(step.node->inputs[0]);
  const std::optional<IntegerSums> sums = std::visit(SumsOf{first.data}, step.node->op);
  Tensor integers = sums ? rounded_mean(*rounding, *sums, first.zero_point)
                         : rounded_sum(*rounding, first, values.at(step.node->inputs[1]));
  return Value{std::move(integers), true, step.spec->scale.data<float>()[0], step.spec->zero_point};
}

}  // namespace bitline
