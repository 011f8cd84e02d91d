#include "bitline/adc/adc_spec.h"

#include <algorithm>

#include "bitline/adc/curve_table.h"
#include "bitline/adc/uniform_levels.h"
#include "bitline/base/fail.h"

namespace bitline {

void check_levels(std::int64_t levels) {
  if (levels < 2) fail_usage("levels {} is below 2, the fewest that an ADC can have", levels);
  if (levels > kMaximumLevels)
    fail_usage("levels {} exceeds {}, the most that an ADC table may have; choose fewer", levels,
               kMaximumLevels);
}

UniformLevels uniform_levels(const AdcSpec& spec, std::int64_t minimum, std::int64_t maximum) {
  const Sides sides = resolved_sides(spec, minimum);
  if (spec.quantizer == Quantizer::kFullRange)
    return full_range_levels(spec, sides, std::max(-minimum, maximum));
  check_range(spec, minimum, maximum);
  if (spec.quantizer == Quantizer::kZeroRise) return zero_rise_levels(spec, sides);
  return zero_tread_levels(spec, sides);
}

Sides resolved_sides(const AdcSpec& spec, std::int64_t minimum) {
  if (spec.sides != Sides::kAutomatic) return spec.sides;
  return spec.centre > minimum ? Sides::kBoth : Sides::kOneSided;
}

CodeTable make_code_table(const AdcSpec& spec, std::int64_t minimum, std::int64_t maximum) {
  check_sums(minimum, maximum);
  BITLINE_CHECK_EQ(spec.stream_shifts.empty(), true);  // make_stream_tables takes those
  if (spec.quantizer == Quantizer::kLossless) return lossless_table(minimum, maximum);
  check_levels(spec.levels);
  if (spec.quantizer == Quantizer::kTable) return curve_table(spec, minimum, maximum);
  return uniform_table(uniform_levels(spec, minimum, maximum), spec.tie_rule, minimum, maximum);
}

Rational step_of(const AdcSpec& spec, std::int64_t minimum, std::int64_t maximum) {
  if (spec.quantizer == Quantizer::kLossless) return 1;
  check_levels(spec.levels);
  if (spec.quantizer != Quantizer::kTable) return uniform_levels(spec, minimum, maximum).step;
  const CodeTable table = curve_table(spec, minimum, maximum);
  return (spec.table_values.back() - spec.table_values.front()) / Rational(table.levels() - 1);
}

}  // namespace bitline
