#include "bitline/search/squared_error.h"

#include <algorithm>

#include "bitline/adc/uniform_levels.h"
#include "bitline/base/error.h"
#include "bitline/search/running_moments.h"

namespace bitline {
namespace {

using Wide = __int128;

/// A non-negative number as numerator / denominator², so that comparing needs no common one.
struct SquaredError {
  Wide numerator = 0;
  std::int64_t denominator = 1;

  bool operator<=(const SquaredError& other) const {
    return numerator * other.denominator * other.denominator <=
           other.numerator * denominator * denominator;
  }
};

SquaredError squared_error(const UniformLevels& levels, TieRule tie_rule,
                           const RunningMoments& moments) {
  // Values and borders over one denominator: value(k) = (first + k · step) / denominator.
  const std::int64_t denominator = levels.origin.denominator() * levels.step.denominator();
  const std::int64_t first = levels.origin.numerator() * levels.step.denominator();
  const std::int64_t step = levels.step.numerator() * levels.origin.denominator();
  const Rational centre = levels.centre;
  const auto threshold = [&](std::int64_t k) {
    const std::int64_t border = 2 * first + (2 * k - 1) * step;  // over 2 · denominator
    const bool down = tie_rule == TieRule::kAway &&
                      border * centre.denominator() < 2 * denominator * centre.numerator();
    return down ? floor_div(border, 2 * denominator) + 1 : ceil_div(border, 2 * denominator);
  };
  SquaredError error{0, denominator};
  Moments start;
  for (std::int64_t k = levels.lowest; k <= levels.highest; ++k) {
    const Moments end = k == levels.highest ? moments.all() : moments.below(threshold(k + 1));
    error.numerator += (end - start).squared_error(first + k * step, denominator);
    start = end;
  }
  return error;
}

}  // namespace

Rational delta_of_least_error(AdcSpec spec, const Histogram& sums, const Rational& delta_step) {
  const std::int64_t minimum = sums.minimum();
  const std::int64_t maximum = sums.maximum();
  const RunningMoments moments(sums);
  const Rational limit = std::max(-minimum, maximum);
  Rational best = 0;
  SquaredError least;
  for (Rational delta = delta_step; delta <= limit; delta = delta + delta_step) {
    spec.delta = delta;
    const SquaredError error =
        squared_error(uniform_levels(spec, minimum, maximum), spec.tie_rule, moments);
    if (best != Rational(0) && !(error <= least)) continue;
    best = delta;
    least = error;
  }
  if (best == Rational(0))
    fail_usage("delta step {} exceeds {}, the largest possible sum; choose a smaller step",
               to_string(delta_step), to_string(limit));
  return best;
}

}  // namespace bitline
