// The table of an ADC that is given by its transfer curve.
#pragma once

#include "bitline/adc/adc_spec.h"

namespace bitline {

/// The table of Quantizer::kTable; equation (5g). Throws Error (kUsage) when `levels` is not the
/// number of values, and as validate does.
CodeTable curve_table(const AdcSpec& spec, std::int64_t minimum, std::int64_t maximum);

}  // namespace bitline
