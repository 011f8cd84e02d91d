// What the quantizers with equal steps have in common. Each says which levels it has; the
// thresholds follow here.
#pragma once

#include "bitline/adc/adc_spec.h"

namespace bitline {

/// Codes k = lowest … highest with the values origin + kΔ: v = o + kΔ of equation (6).
struct UniformLevels {
  Rational centre;  ///< x, from which `away` points away
  Rational origin;  ///< o, the value of k = 0
  Rational step;    ///< Δ
  std::int64_t lowest = 0;
  std::int64_t highest = 0;
};

/// Equation (5a). The threshold of k is the smallest integer on the upper side of the border
/// o + (k − ½)Δ; a sum on the border itself goes as the tie rule says.
CodeTable uniform_table(const UniformLevels& levels, TieRule tie_rule, const SumRange& sums);

/// Throws Error (kUsage) for a δ or centre that the sums cannot use. δ may be ½ to largest_delta(),
/// the centre minimum to maximum.
void check_range(const AdcSpec& spec, const SumRange& sums);

/// The levels of a spec whose quantizer has equal steps. Throws Error (kUsage) as check_range does.
UniformLevels uniform_levels(const AdcSpec& spec, const SumRange& sums);

}  // namespace bitline
