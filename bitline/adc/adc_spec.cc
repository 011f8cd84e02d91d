#include "bitline/adc/adc_spec.h"

#include "bitline/adc/uniform_levels.h"
#include "bitline/base/fail.h"

namespace bitline {

void check_levels(std::int64_t levels) {
  if (levels < 2) fail_usage("levels {} is below 2, the fewest that an ADC can have", levels);
  if (levels > kMaximumLevels)
    fail_usage("levels {} exceeds {}, the most that an ADC table may have; choose fewer", levels,
               kMaximumLevels);
}

UniformLevels uniform_levels(const AdcSpec& spec, const SumRange& sums) {
  if (spec.quantizer->has_range()) check_range(spec, sums);
  return spec.quantizer->levels(spec, sums);
}

void check_step_rule(const AdcSpec& spec) {
  if (!spec.quantizer->uses.step_rule && spec.step_rule != StepRule::kRange)
    fail_usage("step rule {} is of no use to {}; choose {}", name_of(spec.step_rule),
               name_of(spec.quantizer), name_of(StepRule::kRange));
}

Sides resolved_sides(const AdcSpec& spec, std::int64_t minimum) {
  if (spec.sides != Sides::kAutomatic) return spec.sides;
  return spec.centre > minimum ? Sides::kBoth : Sides::kOneSided;
}

CodeTable make_code_table(const AdcSpec& spec, const SumRange& sums) {
  check_sums(sums);
  BITLINE_CHECK_EQ(spec.stream_shifts.empty(), true);  // make_stream_tables takes those
  BITLINE_CHECK_EQ(spec.column_bias.empty(), true);    // shared_tables, those
  if (spec.quantizer->uses.levels) check_levels(spec.levels);
  if (spec.quantizer->table != nullptr) return spec.quantizer->table(spec, sums);
  return uniform_table(uniform_levels(spec, sums), spec.tie_rule, sums);
}

Rational step_of(const AdcSpec& spec, const SumRange& sums) {
  if (spec.quantizer->uses.levels) check_levels(spec.levels);
  if (spec.quantizer->levels != nullptr) return uniform_levels(spec, sums).step;
  AdcSpec shared = spec;
  shared.column_bias.clear();
  const CodeTable table = make_code_table(shared, sums);
  const std::int64_t steps = table.levels() - 1;
  return Rational(std::int64_t{table.values.back()} - table.values.front()) * table.unit /
         Rational(steps);
}

}  // namespace bitline
