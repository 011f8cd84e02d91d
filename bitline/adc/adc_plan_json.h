// The JSON form of one layer, which the writer prints and the reader compares with.
#pragma once

#include <nlohmann/json.hpp>

#include "bitline/adc/adc_plan.h"
#include "bitline/base/fields.h"

namespace bitline {

using Json = nlohmann::ordered_json;

inline constexpr const char* kPlanVersionField = "bitline_adc_plan";
inline constexpr int kPlanVersion = 1;
/// Of the plan, and of layers with an array of their own.
inline constexpr const char* kArrayField = "array";
/// Only of layers with steps between the possible sums.
inline constexpr const char* kSumStepField = "sum_step";
/// Only of layers whose input streams have ranges of their own.
inline constexpr const char* kStreamShiftsField = "stream_shifts";
inline constexpr const char* kStreamThresholdsField = "stream_thresholds";
/// Only of layers whose columns have one.
inline constexpr const char* kColumnBiasField = "column_bias";

/// Calls visit(name, member) for the choices that the spec's quantizer uses beside its levels, in
/// the order in which they are written.
template <ConstOrNot<AdcSpec> Spec, typename Visit>
void visit_choices(Spec& spec, Visit&& visit) {
  const AdcMembers& uses = spec.quantizer->uses;
  if (uses.delta) visit("delta", spec.delta);
  if (uses.centre) visit("centre", spec.centre);
  if (uses.step_rule) visit("step_rule", spec.step_rule);
  if (uses.tie_rule) visit("tie_rule", spec.tie_rule);
  if (uses.sides) visit("sides", spec.sides);
}

/// Every field of a layer, in the order of docs/adc-plan.schema.json.
Json layer_to_json(const PlannedAdc& adc);

}  // namespace bitline
