// Uniform levels over every possible sum, as a designer who does not search would place them.
#include "bitline/adc/uniform_levels.h"
#include "bitline/base/fail.h"

namespace bitline {

UniformLevels full_range_levels(const AdcSpec& spec, Sides sides, std::int64_t largest) {
  if (spec.centre != 0)
    fail_usage("centre {} is of no use to full-range, which covers every sum; choose 0",
               to_string(spec.centre));
  // Zero-tread over the bins of all integers, [−N − ½, N + ½]: Δ = 1 at 2N + 1 levels, and at 2N
  // the level that even L gives up merges −N with −N + 1.
  AdcSpec tread = spec;
  tread.delta = Rational(2 * largest + 1, 2);
  tread.step_rule = StepRule::kRange;
  UniformLevels levels = zero_tread_levels(tread, sides);
  // On one side too, one level less than sums merges two sums rather than stretch every step; and
  // more levels than sums stay on the integers.
  const std::int64_t sums = sides == Sides::kOneSided ? largest + 1 : 2 * largest + 1;
  if (spec.levels >= sums - 1) levels.step = 1;
  return levels;
}

}  // namespace bitline
