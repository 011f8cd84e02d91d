#include "bitline/adc/adc_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "bitline/adc/adc_plan_json.h"
#include "bitline/adc/stream_tables.h"
#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/base/hash.h"

namespace bitline {
namespace {

/// A number where it is whole, else "14/5": JSON has no exact fractions.
Json rational_to_json(const Rational& value) {
  if (value.denominator() == 1) return value.numerator();
  return to_string(value);
}

template <NamedEnum E>
Json choice_to_json(E choice) {
  return name_of(choice);
}
Json choice_to_json(const Rational& choice) { return rational_to_json(choice); }

}  // namespace

Json layer_to_json(const PlannedAdc& adc) {
  const CodeTable table = widest_table(adc.spec, adc.sums);
  Json json;
  json["quantizer"] = name_of(adc.spec.quantizer);
  json["levels"] = table.levels();
  AdcSpec resolved = adc.spec;
  resolved.sides = resolved_sides(adc.spec, adc.sums.minimum);
  visit_choices(resolved, [&json](const char* name, const auto& choice) {
    json[name] = choice_to_json(choice);
  });
  if (!adc.spec.stream_shifts.empty()) json[kStreamShiftsField] = adc.spec.stream_shifts;
  json["sums"] = {adc.sums.minimum, adc.sums.maximum};
  if (adc.sums.step != 1) json[kSumStepField] = adc.sums.step;
  json["step"] = rational_to_json(step_of(adc.spec, adc.sums));
  json["thresholds"] = table.thresholds;
  Json& fractions = json["thresholds_full_scale"] = Json::array();
  // Sums of one possible value have no scale; every threshold then counts in LSB.
  const auto full_scale =
      static_cast<double>(std::max<std::int64_t>(adc.sums.maximum - adc.sums.minimum, 1));
  for (const std::int64_t threshold : table.thresholds)
    fractions.push_back(static_cast<double>(threshold) / full_scale);
  Json& values = json["values"] = Json::array();
  for (const std::int32_t value : table.values)
    values.push_back(to_string(Rational(value) * table.unit));
  json["unit"] = rational_to_json(table.unit);
  if (!adc.spec.column_bias.empty()) json[kColumnBiasField] = adc.spec.column_bias;
  if (adc.spec.stream_shifts.empty()) return json;
  for (const CodeTable& of_stream : shared_tables(adc.spec, adc.sums))
    json[kStreamThresholdsField].push_back(of_stream.thresholds);
  return json;
}

std::string to_json(const AdcPlan& plan) {
  // One line per field, so that a plan of many thresholds stays readable.
  std::string text = fmt::format("{{\n  \"{}\": {},\n", kPlanVersionField, kPlanVersion);
  if (!plan.array.empty())
    text += fmt::format("  \"{}\": {},\n", kArrayField, Json(plan.array).dump());
  text += "  \"layers\": {";
  std::string_view layer_separator = "\n";
  for (const auto& [name, adc] : plan.layers) {
    const PlannedAdc& planned = adc;
    Json json = with_context("layer " + name, [&] { return layer_to_json(planned); });
    if (const auto own = plan.array_of(name); !own.empty()) json[kArrayField] = own;
    text += fmt::format("{}    {}: {{", layer_separator, Json(name).dump());
    std::string_view separator = "\n";
    for (const auto& [field, value] : json.items()) {
      text += fmt::format("{}      {}: {}", separator, Json(field).dump(), value.dump());
      separator = ",\n";
    }
    text += "\n    }";
    layer_separator = ",\n";
  }
  return text + (plan.layers.empty() ? "}\n}\n" : "\n  }\n}\n");
}

void refuse_column_bias(const AdcPlan& plan, std::string_view what) {
  for (const auto& [name, adc] : plan.layers)
    if (!adc.spec.column_bias.empty())
      fail_usage(
          "{}: the columns of layer {} have a bias of their own, which cannot be said there yet; "
          "take a plan of an array without bias_rows and with thresholds = \"layer\"",
          what, name);
}

void write_plan(const std::filesystem::path& path, const AdcPlan& plan) {
  write_file_atomically(path, to_json(plan));
}

std::string content_hash(const AdcPlan& plan) { return sha256(to_json(plan)); }

}  // namespace bitline
