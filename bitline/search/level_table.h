// Tables of unequal steps that a method computes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bitline/adc/adc_spec.h"

namespace bitline {

/// A computed value is a whole multiple of 1/kValueParts LSB, so that digital logic needs eight
/// fractional bits.
inline constexpr std::int64_t kValueParts = 256;

/// An ADC by quantizers::kTable. `values`, one more than thresholds, are in units of 1/kValueParts
/// LSB; both lists ascend, equal neighbours allowed.
AdcSpec level_table(std::vector<std::int64_t> thresholds, std::span<const std::int64_t> values);

}  // namespace bitline
