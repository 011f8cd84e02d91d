// A step at the centre, and the nearest levels half a step from it.
#include "bitline/adc/uniform_levels.h"
#include "bitline/base/fail.h"

namespace bitline {

void check_step_rule(const AdcSpec& spec) {
  if (spec.quantizer == Quantizer::kZeroRise && spec.step_rule != StepRule::kRange)
    fail_usage("step rule {} is of no use to zero-rise, whose step is 2 delta / L; choose {}",
               name_of(spec.step_rule), name_of(StepRule::kRange));
}

UniformLevels zero_rise_levels(const AdcSpec& spec, Sides sides) {
  check_step_rule(spec);
  // L', the levels of the symmetric quantizer of which these are a part.
  const std::int64_t symmetric =
      sides == Sides::kOneSided ? 2 * spec.levels : spec.levels + spec.levels % 2;
  UniformLevels levels;
  levels.centre = spec.centre;
  levels.step = Rational(2) * spec.delta / Rational(symmetric);
  levels.origin = spec.centre + levels.step / Rational(2);
  // Odd L gives the lowest level up, one side all below the centre.
  levels.highest = symmetric / 2 - 1;
  levels.lowest = levels.highest - spec.levels + 1;
  return levels;
}

}  // namespace bitline
