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

CodeTable uniform_table(const UniformLevels& levels, TieRule tie_rule, std::int64_t minimum,
                        std::int64_t maximum) {
  std::vector<std::int64_t> thresholds;
  std::vector<Rational> values;
  for (std::int64_t k = levels.lowest; k <= levels.highest; ++k) {
    if (k > levels.lowest) thresholds.push_back(threshold_of(k, levels, tie_rule));
    values.push_back(levels.origin + Rational(k) * levels.step);
  }
  return table_from_values(minimum, maximum, std::move(thresholds), values);
}

void check_range(const AdcSpec& spec, std::int64_t minimum, std::int64_t maximum) {
  const std::int64_t largest = std::max(-minimum, maximum);
  if (spec.delta > largest)
    fail_usage("delta {} exceeds {}, the largest possible |partial sum|; choose 1/2 to {}",
               to_string(spec.delta), largest, largest);
  if (spec.delta < Rational(1, 2))
    fail_usage("delta {} is below 1/2, less than half a step of the sums; choose 1/2 to {}",
               to_string(spec.delta), largest);
  if (spec.centre < minimum || spec.centre > maximum)
    fail_usage("centre {} lies outside the possible sums; choose {} to {}", to_string(spec.centre),
               minimum, maximum);
}

}  // namespace bitline
