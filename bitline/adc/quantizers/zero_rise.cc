// A step at the centre, and the nearest levels half a step from it; equations (5d) and (5e).
#include "bitline/adc/uniform_levels.h"

namespace bitline {
namespace {

UniformLevels levels(const AdcSpec& spec, const SumRange& sums) {
  check_step_rule(spec);
  // L', the levels of the symmetric quantizer of which these are a part.
  const std::int64_t symmetric = resolved_sides(spec, sums.minimum) == Sides::kOneSided
                                     ? 2 * spec.levels
                                     : spec.levels + spec.levels % 2;
  UniformLevels placed;
  placed.centre = spec.centre;
  placed.step = Rational(2) * spec.delta / Rational(symmetric);
  placed.origin = spec.centre + placed.step / Rational(2);
  // Odd L gives the lowest level up, one side all below the centre.
  placed.highest = symmetric / 2 - 1;
  placed.lowest = placed.highest - spec.levels + 1;
  return placed;
}

}  // namespace

const QuantizerPolicy quantizers::kZeroRise{
    .name = "zero-rise",
    .meaning = "a step at the centre",
    .uses = {.delta = true, .centre = true, .tie_rule = true, .sides = true},
    .levels = levels};

}  // namespace bitline
