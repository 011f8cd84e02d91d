// The ADC of every layer of a network.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "bitline/adc/adc_spec.h"

namespace bitline {

/// One layer of a plan: the choice, and the possible sums that its table covers.
struct PlannedAdc {
  AdcSpec spec;   ///< the choice
  SumRange sums;  ///< possible partial sums of the layer

  friend bool operator==(const PlannedAdc&, const PlannedAdc&) = default;
};

/// Layer name to its ADC. Layers that a plan does not name are lossless.
struct AdcPlan {
  std::map<std::string, PlannedAdc> layers;  ///< by name of the layer
  /// The array that it was found on (ArraySettings of mapping/); empty where that is not known.
  std::map<std::string, std::string> array = {};
  /// Of layers with an array of their own: the settings in which it differs from `array`.
  std::map<std::string, std::map<std::string, std::string>> layer_arrays = {};

  /// Of a layer; empty where it has none of its own.
  std::map<std::string, std::string> array_of(const std::string& layer) const {
    const auto own = layer_arrays.find(layer);
    return own == layer_arrays.end() ? std::map<std::string, std::string>() : own->second;
  }

  friend bool operator==(const AdcPlan&, const AdcPlan&) = default;
};

/// Throws Error (kUsage) where a column of the plan has a bias of its own (AdcSpec::column_bias),
/// of which `what` ("golden vectors") knows nothing.
void refuse_column_bias(const AdcPlan& plan, std::string_view what);

/// Versioned JSON (docs/adc-plan.schema.json): the array, and for every layer the quantizer,
/// levels, delta, centre, step, thresholds (integers, and as a fraction of full scale) and values.
/// The same bytes for the same ADCs: choices that a quantizer does not use are left out, and
/// Sides::kAutomatic is written as what it means. Throws Error as make_code_table does, with the
/// layer's name.
std::string to_json(const AdcPlan& plan);
/// Reads it back; thresholds and values are recomputed from the choice and must agree. Throws Error
/// that names the layer and the field.
AdcPlan plan_from_json(std::string_view json);
/// The plan in a file, errors likewise.
AdcPlan read_plan(const std::filesystem::path& path);
/// Writes to_json(plan) atomically.
void write_plan(const std::filesystem::path& path, const AdcPlan& plan);
/// SHA-256 of the canonical JSON.
std::string content_hash(const AdcPlan& plan);

}  // namespace bitline
