// Uniform levels over every possible sum, as a designer who does not search would place them;
// equation (5f).
#include "bitline/adc/uniform_levels.h"
#include "bitline/base/fail.h"

namespace bitline {
namespace {

UniformLevels levels(const AdcSpec& spec, const SumRange& sums) {
  if (spec.centre != 0)
    fail_usage("centre {} is of no use to full-range, which covers every sum; choose 0",
               to_string(spec.centre));
  // Over the bins of all sums, u wide, [−N − u/2, N + u/2]: Δ = u with a level for each sum.
  const std::int64_t largest = sums.magnitude();
  AdcSpec whole = spec;
  whole.delta = Rational(2 * largest + sums.step, 2);
  whole.step_rule = StepRule::kRange;
  const bool one_sided = resolved_sides(spec, sums.minimum) == Sides::kOneSided;
  const std::int64_t count = (one_sided ? largest : 2 * largest) / sums.step + 1;
  if (spec.levels < count - 1) return quantizers::kZeroTread.levels(whole, sums);
  // On one side too, one level less than sums merges two sums rather than stretch every step; and
  // more levels than sums stay on the sums. Odd sums lie beside 0, as the levels of zero-rise do.
  const bool beside = largest % sums.step != 0;
  UniformLevels placed =
      (beside ? quantizers::kZeroRise : quantizers::kZeroTread).levels(whole, sums);
  placed.step = sums.step;
  placed.origin = beside ? Rational(sums.step, 2) : Rational(0);
  return placed;
}

}  // namespace

const QuantizerPolicy quantizers::kFullRange{.name = "full-range",
                                             .meaning = "equal steps over every possible sum",
                                             .uses = {.sides = true},
                                             .levels = levels};

}  // namespace bitline
