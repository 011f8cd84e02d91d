// A level at the centre.
#include "bitline/adc/uniform_levels.h"

namespace bitline {
namespace {

/// The number of steps that 2δ is cut into. On one side L codes span δ alone, so that `codes` and
/// `outer-levels` agree, as they do for odd L on both.
std::int64_t steps_of(const AdcSpec& spec, Sides sides, std::int64_t symmetric) {
  if (spec.step_rule == StepRule::kRange) return symmetric;
  if (spec.step_rule == StepRule::kCodes && sides == Sides::kBoth) return spec.levels - 1;
  return symmetric - 1;
}

}  // namespace

UniformLevels zero_tread_levels(const AdcSpec& spec, Sides sides) {
  // L', the levels of the symmetric quantizer of which these are a part.
  const std::int64_t symmetric =
      sides == Sides::kOneSided ? 2 * spec.levels - 1 : spec.levels + 1 - spec.levels % 2;
  UniformLevels levels;
  levels.centre = spec.centre;
  levels.origin = spec.centre;
  levels.step = Rational(2) * spec.delta / Rational(steps_of(spec, sides, symmetric));
  // Even L gives the lowest level up, one side all below the centre.
  levels.highest = (symmetric - 1) / 2;
  levels.lowest = levels.highest - spec.levels + 1;
  return levels;
}

}  // namespace bitline
