#include "bitline/adc/uniform_levels.h"

#include <algorithm>
#include <utility>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

std::int64_t threshold_of(std::int64_t k, const UniformLevels& levels, TieRule tie_rule) {
  const Rational border = levels.origin + Rational(2 * k - 1, 2) * levels.step;
  // Below the centre `away` sends a sum on the border down, so that k begins one above it. On the
  // centre (zero-rise, k = 0) no side is away from it, and the sum goes up.
  if (tie_rule == TieRule::kAway && border < levels.centre) return border.floor() + 1;
  return border.ceil();
}

}  // namespace

std::optional<Rational> exact_delta(AdcSpec spec, const SumRange& sums) {
  if (!spec.quantizer->has_range() || spec.levels < sums.count()) return {};
  spec.delta = 1;
  spec.delta = Rational(sums.step) / spec.quantizer->levels(spec, sums).step;  // Δ grows with δ
  const UniformLevels placed = spec.quantizer->levels(spec, sums);
  const auto has_level = [&placed](std::int64_t p) {
    const Rational k = (Rational(p) - placed.origin) / placed.step;
    return k.denominator() == 1 && k >= placed.lowest && k <= placed.highest;
  };
  if (!has_level(sums.minimum) || !has_level(sums.maximum)) return {};
  return spec.delta;
}

Rational largest_delta(const AdcSpec& spec, const SumRange& sums) {
  return std::max(Rational(sums.magnitude()), exact_delta(spec, sums).value_or(Rational(0)));
}

CodeTable uniform_table(const UniformLevels& levels, TieRule tie_rule, const SumRange& sums) {
  std::vector<std::int64_t> thresholds;
  std::vector<Rational> values;
  for (std::int64_t k = levels.lowest; k <= levels.highest; ++k) {
    if (k > levels.lowest) thresholds.push_back(threshold_of(k, levels, tie_rule));
    values.push_back(levels.origin + Rational(k) * levels.step);
  }
  return table_from_values(sums, std::move(thresholds), values);
}

void check_range(const AdcSpec& spec, const SumRange& sums) {
  const Rational largest = largest_delta(spec, sums);
  if (spec.delta > largest)
    fail_usage("delta {} exceeds {}, {}; choose 1/2 to {}", to_string(spec.delta),
               to_string(largest),
               largest == sums.magnitude() ? "the largest possible |partial sum|"
                                           : "at which every sum has a level",
               to_string(largest));
  if (spec.delta < Rational(1, 2))
    fail_usage("delta {} is below 1/2, less than half a step of the sums; choose 1/2 to {}",
               to_string(spec.delta), to_string(largest));
  if (spec.centre < sums.minimum || spec.centre > sums.maximum)
    fail_usage("centre {} lies outside the possible sums; choose {} to {}", to_string(spec.centre),
               sums.minimum, sums.maximum);
}

}  // namespace bitline
