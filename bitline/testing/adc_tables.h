// Specifications of ADCs and what their tables hold, as exact numbers.
#pragma once

#include <rapidcheck.h>

#include <algorithm>
#include <ostream>
#include <vector>

#include "bitline/adc/adc_plan.h"

namespace bitline {

/// GoogleTest looks for it where Rational is.
inline void PrintTo(const Rational& value, std::ostream* out) { *out << to_string(value); }

}  // namespace bitline

namespace bitline::test {

using Integers = std::vector<std::int64_t>;
using Rationals = std::vector<Rational>;

inline AdcSpec spec_of(Quantizer quantizer, std::int64_t levels, Rational delta) {
  AdcSpec spec;
  spec.quantizer = quantizer;
  spec.levels = levels;
  spec.delta = delta;
  return spec;
}

/// The values of all codes as exact numbers.
inline Rationals values_of(const CodeTable& table) {
  Rationals values;
  for (const std::int32_t value : table.values) values.push_back(Rational(value) * table.unit);
  return values;
}

inline Rational value_at(const CodeTable& table, std::int64_t p) {
  return Rational(table.value(p)) * table.unit;
}

/// Any ADC with a range that fits sums in [minimum, maximum].
inline AdcSpec arbitrary_uniform_spec(std::int64_t minimum, std::int64_t maximum) {
  AdcSpec spec;
  std::vector<const QuantizerPolicy*> with_range;
  for (const QuantizerPolicy* quantizer : all_policies<QuantizerPolicy>())
    if (quantizer->has_range()) with_range.push_back(quantizer);
  spec.quantizer = **rc::gen::elementOf(with_range);
  spec.levels = *rc::gen::inRange<std::int64_t>(2, 40);
  const auto parts = *rc::gen::inRange<std::int64_t>(1, 6);
  const auto largest = std::max(-minimum, maximum);
  spec.delta = Rational(*rc::gen::inRange<std::int64_t>(parts, parts * largest + 1), parts);
  spec.centre = Rational(*rc::gen::inRange<std::int64_t>(2 * minimum, 2 * maximum + 1), 2);
  if (spec.quantizer->uses.step_rule)
    spec.step_rule = *rc::gen::element(StepRule::kRange, StepRule::kOuterLevels, StepRule::kCodes);
  spec.tie_rule = *rc::gen::element(TieRule::kUp, TieRule::kAway);
  spec.sides = *rc::gen::element(Sides::kBoth, Sides::kOneSided);
  return spec;
}

}  // namespace bitline::test
