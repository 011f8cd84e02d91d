// Uniform levels over every possible sum, as a designer who does not search would place them;
// equation (5f).
#include <algorithm>

#include "bitline/adc/uniform_levels.h"
#include "bitline/base/fail.h"

namespace bitline {
namespace {

UniformLevels levels(const AdcSpec& spec, std::int64_t minimum, std::int64_t maximum) {
  if (spec.centre != 0)
    fail_usage("centre {} is of no use to full-range, which covers every sum; choose 0",
               to_string(spec.centre));
  // Zero-tread over the bins of all integers, [−N − ½, N + ½]: Δ = 1 at 2N + 1 levels, and at 2N
  // the level that even L gives up merges −N with −N + 1.
  const std::int64_t largest = std::max(-minimum, maximum);
  AdcSpec tread = spec;
  tread.delta = Rational(2 * largest + 1, 2);
  tread.step_rule = StepRule::kRange;
  UniformLevels placed = quantizers::kZeroTread.levels(tread, minimum, maximum);
  // On one side too, one level less than sums merges two sums rather than stretch every step; and
  // more levels than sums stay on the integers.
  const bool one_sided = resolved_sides(spec, minimum) == Sides::kOneSided;
  const std::int64_t sums = one_sided ? largest + 1 : 2 * largest + 1;
  if (spec.levels >= sums - 1) placed.step = 1;
  return placed;
}

}  // namespace

const QuantizerPolicy quantizers::kFullRange{.name = "full-range",
                                             .meaning = "equal steps over every possible sum",
                                             .uses = {.sides = true},
                                             .levels = levels};

}  // namespace bitline
