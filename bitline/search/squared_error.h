// The squared error of an ADC over a histogram of sums, exactly.
#pragma once

#include "bitline/adc/adc_spec.h"
#include "bitline/adc/histogram.h"
#include "bitline/base/rational.h"

namespace bitline {

/// The δ = delta_step, 2 · delta_step … up to the largest possible |p| under which
/// Σ_p count(p) · (p − value(code(p)))² is least, the larger one of equals. `spec` (zero-tread or
/// zero-rise) gives all else. The possible sums are the histogram's. Sums over codes come from
/// running totals of count, p and p², so that a δ costs its levels and not its sums. Throws what
/// make_code_table throws.
Rational delta_of_least_error(AdcSpec spec, const Histogram& sums, const Rational& delta_step);

}  // namespace bitline
