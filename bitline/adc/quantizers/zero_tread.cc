// A level at the centre; equations (5b) and (5c).
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

UniformLevels levels(const AdcSpec& spec, const SumRange& sums) {
  const Sides sides = resolved_sides(spec, sums.minimum);
  // L', the levels of the symmetric quantizer of which these are a part.
  const std::int64_t symmetric =
      sides == Sides::kOneSided ? 2 * spec.levels - 1 : spec.levels + 1 - spec.levels % 2;
  UniformLevels placed;
  placed.centre = spec.centre;
  placed.origin = spec.centre;
  placed.step = Rational(2) * spec.delta / Rational(steps_of(spec, sides, symmetric));
  // Even L gives the lowest level up, one side all below the centre.
  placed.highest = (symmetric - 1) / 2;
  placed.lowest = placed.highest - spec.levels + 1;
  return placed;
}

}  // namespace

const QuantizerPolicy quantizers::kZeroTread{.name = "zero-tread",
                                             .meaning = "a level at the centre",
                                             .uses = {.delta = true,
                                                      .centre = true,
                                                      .step_rule = true,
                                                      .tie_rule = true,
                                                      .sides = true,
                                                      .stream_shifts = true},
                                             .levels = levels};

}  // namespace bitline
