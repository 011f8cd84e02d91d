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

/// Of errors e = value(code(p)) − p over some sums: Σ e times the denominator of the levels, and
/// Σ e² times its square.
struct ErrorMoments {
  Wide sum;
  Wide squares;
};

std::int64_t denominator_of(const UniformLevels& levels) {
  return levels.origin.denominator() * levels.step.denominator();
}

/// From the highest code, which all sums have at first, each border below it moves the sums beneath
/// the border one code down: Σ value(code(p)) loses a step for each of them, and
/// Σ (value(code(p)) − p)² loses step · (value(k) + value(k + 1) − 2p).
ErrorMoments error_moments(const UniformLevels& levels, TieRule tie_rule,
                           const RunningMoments& moments) {
  // Values and borders over one denominator: value(k) = (first + k · step) / denominator.
  const std::int64_t denominator = denominator_of(levels);
  const std::int64_t first = levels.origin.numerator() * levels.step.denominator();
  const std::int64_t step = levels.step.numerator() * levels.origin.denominator();
  const Rational centre = levels.centre;
  Wide counts = 0;       // Σ over borders of the sums beneath
  Wide value_pairs = 0;  // likewise, times value(k) + value(k + 1)
  Wide sums = 0;         // likewise, Σ p
  for (std::int64_t k = levels.lowest; k < levels.highest; ++k) {
    const std::int64_t border = 2 * first + (2 * k + 1) * step;  // over 2 · denominator
    const bool down = tie_rule == TieRule::kAway &&
                      border * centre.denominator() < 2 * denominator * centre.numerator();
    const std::int64_t threshold =
        down ? floor_div(border, 2 * denominator) + 1 : ceil_div(border, 2 * denominator);
    const Moments& beneath = moments.below(threshold);
    counts += beneath.count;
    value_pairs += static_cast<Wide>(border) * beneath.count;
    sums += beneath.sum;
  }
  const Moments& all = moments.all();
  const std::int64_t highest = first + levels.highest * step;
  return {static_cast<Wide>(highest) * all.count - static_cast<Wide>(denominator) * all.sum -
              step * counts,
          all.squared_error(highest, denominator) - step * (value_pairs - 2 * denominator * sums)};
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
    const auto [sum, squares] = error_moments(levels, tie_rule, part.moments);
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
  return best_delta(std::move(spec), sums.minimum(), sums.maximum(), delta_step,
                    [&](const UniformLevels& levels) {
                      return SquaredError{error_moments(levels, tie_rule, moments).squares,
                                          denominator_of(levels)};
                    });
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
