// Levels that are equally likely under a Gaussian: three-sigma as in EEQ.
#pragma once

#include <cstdint>

#include "bitline/adc/adc_spec.h"
#include "bitline/adc/histogram.h"

namespace bitline {

/// The ADC whose L codes are equally likely under the Gaussian with the mean μ and the (population)
/// deviation σ of `sums`, truncated to μ ± 3σ; equation (5j) of docs/arithmetic.md. A code begins
/// at a quantile k/L of that distribution and has the quantile (2k + 1)/2L, the median of its bin,
/// as its value, to the nearest 1/256 LSB, a half up. Sums on a border go up. Borders and values
/// outside the possible sums stand at their ends. One sum alone, σ = 0, is the value of all codes.
/// `sums` holds at least one. Throws Error (kUsage) for levels that no ADC can have.
AdcSpec gaussian_levels(std::int64_t levels, const Histogram& sums);

}  // namespace bitline
