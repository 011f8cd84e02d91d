#include "bitline/search/squared_error.h"

#include <algorithm>
#include <cstdlib>
#include <span>
#include <utility>
#include <vector>

#include "bitline/adc/uniform_levels.h"
#include "bitline/base/fail.h"
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
  return {
      static_cast<Wide>(highest) * all.count - static_cast<Wide>(denominator) * all.sum -
          step * counts,
      all.squared_error(highest, denominator) - step * (value_pairs - 2 * (denominator * sums))};
}

/// The running moments of a WeightedSums.
struct WeightedMoments {
  std::int64_t weight = 1;
  std::size_t plane = 0;
  RunningMoments moments;
};

/// n² times the output channels times (5m), n the number of a part's sums.
SquaredError output_error(const UniformLevels& levels, TieRule tie_rule,
                          std::span<const WeightedMoments> parts, const OutputSums& output) {
  SquaredError error{0, denominator_of(levels)};
  std::vector<Wide> bias(output.sign_products.size());  // by plane, n Σ w mean(e)
  for (const WeightedMoments& part : parts) {
    const auto [sum, squares] = error_moments(levels, tie_rule, part.moments);
    const Wide spread = squares * part.moments.all().count - sum * sum;  // n² var(e)
    error.numerator +=
        static_cast<Wide>(part.weight) * part.weight * output.conversions * output.outputs * spread;
    bias[part.plane] += part.weight * sum;
  }
  for (std::size_t i = 0; i < bias.size(); ++i)
    for (std::size_t k = 0; k < bias.size(); ++k)
      error.numerator += bias[i] * bias[k] * output.sign_products[i][k];
  return error;
}

int width_of(Wide magnitude) {
  int bits = 0;
  for (; magnitude > 0; magnitude >>= 1) ++bits;
  return bits;
}

/// Bits to drop from all counts, so that output_error() and its comparison fit 128 bits: both are
/// below the square of n Σ |w| times the largest error, twice over the largest denominator, times
/// the conversions of a part, times the root of the output channels.
int bits_to_drop(AdcSpec spec, const OutputSums& output, const Rational& delta_step) {
  const Histogram& first = output.parts.front().sums;
  const std::int64_t largest = std::max(-first.minimum(), first.maximum());
  std::int64_t denominator = 1;
  for (spec.delta = delta_step; spec.delta <= largest; spec.delta = spec.delta + delta_step)
    denominator = std::max(
        denominator, denominator_of(uniform_levels(spec, {first.minimum(), first.maximum()})));
  Wide weights = 0;
  for (const WeightedSums& part : output.parts)
    for (const std::int64_t count : part.sums.counts())
      weights += static_cast<Wide>(std::abs(part.weight)) * count;
  constexpr int kFit = 63;
  const int bits = width_of(weights) + width_of(largest) + 1 + 2 * width_of(denominator) +
                   width_of(output.conversions) + (width_of(output.outputs) + 1) / 2;
  return std::clamp(bits - kFit, 0, 62);
}

Histogram with_fewer_bits(Histogram sums, int bits) {
  for (std::int64_t& count : sums.counts())
    if (count > 0) count = std::max<std::int64_t>(1, count >> bits);
  return sums;
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
    const SquaredError error = error_of(uniform_levels(spec, {minimum, maximum}));
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

Rational delta_of_least_output_error(AdcSpec spec, const OutputSums& output,
                                     const Rational& delta_step) {
  const int dropped = bits_to_drop(spec, output, delta_step);
  std::vector<WeightedMoments> moments;
  for (const WeightedSums& part : output.parts)
    moments.push_back(
        {part.weight, part.plane, RunningMoments(with_fewer_bits(part.sums, dropped))});
  const Histogram& first = output.parts.front().sums;
  const TieRule tie_rule = spec.tie_rule;
  return best_delta(
      std::move(spec), first.minimum(), first.maximum(), delta_step,
      [&](const UniformLevels& levels) { return output_error(levels, tie_rule, moments, output); });
}

}  // namespace bitline
