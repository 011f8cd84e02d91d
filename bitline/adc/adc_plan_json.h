// The JSON form of one layer, which the writer prints and the reader compares with.
#pragma once

#include <vector>

#include <nlohmann/json.hpp>

#include "bitline/adc/adc_plan.h"

namespace bitline {

using Json = nlohmann::ordered_json;

inline constexpr const char* kPlanVersionField = "bitline_adc_plan";
inline constexpr int kPlanVersion = 1;
/// Only of layers whose input streams have ranges of their own.
inline constexpr const char* kStreamShiftsField = "stream_shifts";
inline constexpr const char* kStreamThresholdsField = "stream_thresholds";

/// The choices that a quantizer uses beside its levels, in the order in which they are written.
std::vector<const char*> choice_fields(Quantizer quantizer);

/// Every field of a layer, in the order of docs/adc-plan.schema.json.
Json layer_to_json(const PlannedAdc& adc);

}  // namespace bitline
