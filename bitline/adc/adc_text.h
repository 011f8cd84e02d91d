// How the ADCs of a plan are worded in tables for people.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "bitline/adc/adc_plan.h"

namespace bitline {

/// "-3, -2, 0"; of more than `most` thresholds the first three, `gap` and the last.
std::string threshold_text(std::span<const std::int64_t> thresholds, std::size_t most,
                           std::string_view gap);

/// The thresholds of an ADC of a plan; where input streams have ranges of their own, those of each
/// range behind its streams: "streams 0, 1: -2, 3; 2: -1, 2".
std::string thresholds_by_stream(const PlannedAdc& adc, std::size_t most, std::string_view gap);

/// δ as an exact number, or `none` where the quantizer has no range of its own.
std::string delta_text(const AdcSpec& spec, std::string_view none);

/// Δ as an exact number, or `none` where the quantizer has more than one step.
std::string step_text(const PlannedAdc& adc, std::string_view none);

}  // namespace bitline
