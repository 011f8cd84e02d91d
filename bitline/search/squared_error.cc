#include "bitline/search/squared_error.h"

#include <algorithm>
#include <utility>
#include <vector>

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

/// Calls `body` with the moments of each code's sums and the code's value, over `denominator`.
template <typename Body>
void for_each_code(const UniformLevels& levels, TieRule tie_rule, const RunningMoments& moments,
                   std::int64_t denominator, const Body& body) {
  // Values and borders over one denominator: value(k) = (first + k · step) / denominator.
  const std::int64_t first = levels.origin.numerator() * levels.step.denominator();
  const std::int64_t step = levels.step.numerator() * levels.origin.denominator();
  const Rational centre = levels.centre;
  const auto threshold = [&](std::int64_t k) {
    const std::int64_t border = 2 * first + (2 * k - 1) * step;  // over 2 · denominator
    const bool down = tie_rule == TieRule::kAway &&
                      border * centre.denominator() < 2 * denominator * centre.numerator();
    return down ? floor_div(border, 2 * denominator) + 1 : ceil_div(border, 2 * denominator);
  };
  Moments start;
  for (std::int64_t k = levels.lowest; k <= levels.highest; ++k) {
    const Moments end = k == levels.highest ? moments.all() : moments.below(threshold(k + 1));
    body(end - start, first + k * step);
    start = end;
  }
}

std::int64_t denominator_of(const UniformLevels& levels) {
  return levels.origin.denominator() * levels.step.denominator();
}

SquaredError squared_error(const UniformLevels& levels, TieRule tie_rule,
                           const RunningMoments& moments) {
  SquaredError error{0, denominator_of(levels)};
  for_each_code(levels, tie_rule, moments, error.denominator,
                [&](const Moments& code, std::int64_t value) {
                  error.numerator += code.squared_error(value, error.denominator);
                });
  return error;
}

/// The running moments of a WeightedSums.
struct WeightedMoments {
  std::int64_t weight = 1;
  RunningMoments moments;
};

/// n² times (5m), n the number of a part's sums.
SquaredError output_error(const UniformLevels& levels, TieRule tie_rule,
                          std::span<const WeightedMoments> parts, std::int64_t tiles) {
  SquaredError error{0, denominator_of(levels)};
  Wide bias = 0;  // n Σ w mean(e)
  for (const WeightedMoments& part : parts) {
    Wide sum = 0, squares = 0;  // of e
    for_each_code(levels, tie_rule, part.moments, error.denominator,
                  [&](const Moments& code, std::int64_t value) {
                    sum += static_cast<Wide>(value) * code.count -
                           static_cast<Wide>(error.denominator) * code.sum;
                    squares += code.squared_error(value, error.denominator);
                  });
    const Wide spread = squares * part.moments.all().count - sum * sum;  // n² var(e)
    error.numerator += static_cast<Wide>(part.weight) * part.weight * tiles * spread;
    bias += part.weight * sum;
  }
  error.numerator += bias * bias * tiles * tiles;
  return error;
}

/// The δ with the least error, which `error_of` gives for levels; the larger one of equals.
template <typename ErrorOf>
Rational best_delta(AdcSpec spec, std::int64_t minimum, std::int64_t maximum,
                    const Rational& delta_step, const ErrorOf& error_of) {
  const Rational limit = std::max(-minimum, maximum);
  Rational best = 0;
  SquaredError least;
  for (Rational delta = delta_step; delta <= limit; delta = delta + delta_step) {
    spec.delta = delta;
    const SquaredError error = error_of(uniform_levels(spec, minimum, maximum));
    if (best != Rational(0) && !(error <= least)) continue;
    best = delta;
    least = error;
  }
  if (best == Rational(0))
    fail_usage("delta step {} exceeds {}, the largest possible sum; choose a smaller step",
               to_string(delta_step), to_string(limit));
  return best;
}

}  // namespace

Rational delta_of_least_error(AdcSpec spec, const Histogram& sums, const Rational& delta_step) {
  const RunningMoments moments(sums);
  const TieRule tie_rule = spec.tie_rule;
  return best_delta(
      std::move(spec), sums.minimum(), sums.maximum(), delta_step,
      [&](const UniformLevels& levels) { return squared_error(levels, tie_rule, moments); });
}

Rational delta_of_least_output_error(AdcSpec spec, std::span<const WeightedSums> parts,
                                     std::int64_t tiles, const Rational& delta_step) {
  std::vector<WeightedMoments> moments;
  for (const WeightedSums& part : parts)
    moments.push_back({part.weight, RunningMoments(part.sums)});
  const Histogram& first = parts.front().sums;
  const TieRule tie_rule = spec.tie_rule;
  return best_delta(
      std::move(spec), first.minimum(), first.maximum(), delta_step,
      [&](const UniformLevels& levels) { return output_error(levels, tie_rule, moments, tiles); });
}

}  // namespace bitline
