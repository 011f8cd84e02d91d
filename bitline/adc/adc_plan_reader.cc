// Reads a plan and trusts none of it: what follows from the choice is computed again.
#include <fmt/format.h>

#include <cstdlib>
#include <limits>
#include <set>
#include <utility>

#include "bitline/adc/adc_plan.h"
#include "bitline/adc/adc_plan_json.h"
#include "bitline/base/fail.h"
#include "bitline/base/file.h"

namespace bitline {
namespace {

constexpr std::string_view kChoice = "quantizer, levels, delta and centre give";
constexpr std::string_view kRemedy = "remove it, since it follows from these";

const Json& field(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) fail("field '{}' is missing; write the plan again", name);
  return *found;
}

std::int64_t to_integer(const Json& json, std::string_view what) {
  const bool fits = json.is_number_integer() &&
                    (!json.is_number_unsigned() ||
                     json.get<std::uint64_t>() <=
                         static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
  if (!fits) fail("field '{}' is {}, not a whole number of 64 bits", what, json.dump());
  return json.get<std::int64_t>();
}

Rational to_rational(const Json& json, std::string_view what) {
  if (json.is_number_integer()) return to_integer(json, what);
  if (!json.is_string())
    fail("field '{}' is {}; write a whole number, or a fraction in quotes such as \"14/5\"", what,
         json.dump());
  return with_context(fmt::format("field '{}'", what),
                      [&] { return parse_rational(json.get<std::string>()); });
}

std::string to_text(const Json& json, std::string_view what) {
  if (!json.is_string()) fail("field '{}' is {}, not a name in quotes", what, json.dump());
  return json.get<std::string>();
}

const Json& to_array(const Json& json, std::string_view what) {
  if (!json.is_array()) fail("field '{}' is {}, not a list in [ ]", what, json.type_name());
  return json;
}

void read_choice(Rational& choice, const Json& json, const char* name) {
  choice = to_rational(json, name);
}
template <NamedEnum E>
void read_choice(E& choice, const Json& json, const char* name) {
  choice = from_name<E>(to_text(json, name));
}

void read_stream_shifts(AdcSpec& spec, const Json& json) {
  for (const Json& shift : to_array(json, kStreamShiftsField)) {
    const std::int64_t value = to_integer(shift, kStreamShiftsField);
    if (value < 0 || value > std::numeric_limits<int>::max())
      fail("field '{}' holds {}, which is no shift; write 0 or more", kStreamShiftsField, value);
    spec.stream_shifts.push_back(static_cast<int>(value));
  }
  if (spec.stream_shifts.empty())
    fail("field '{}' is empty; remove it where all streams share a range", kStreamShiftsField);
}

void read_column_bias(AdcSpec& spec, const Json& json) {
  constexpr std::int64_t kLargest = std::numeric_limits<std::int16_t>::max();
  for (const Json& bias : to_array(json, kColumnBiasField)) {
    const std::int64_t value = to_integer(bias, kColumnBiasField);
    if (std::abs(value) > kLargest)
      fail("field '{}' holds {}, more than {} in magnitude", kColumnBiasField, value, kLargest);
    spec.column_bias.push_back(static_cast<std::int32_t>(value));
  }
  if (spec.column_bias.empty())
    fail("field '{}' is empty; remove it where no column has a bias", kColumnBiasField);
}

AdcSpec read_spec(const Json& layer) {
  AdcSpec spec;
  spec.quantizer = pick<QuantizerPolicy>(to_text(field(layer, "quantizer"), "quantizer"));
  spec.levels = to_integer(field(layer, "levels"), "levels");
  // The range has no default; a plan that was written by hand may leave all others out.
  visit_choices(spec, [&layer](const char* name, auto& choice) {
    if (layer.contains(name) || std::string_view(name) == "delta")
      read_choice(choice, field(layer, name), name);
  });
  if (layer.contains(kStreamShiftsField)) read_stream_shifts(spec, layer[kStreamShiftsField]);
  if (layer.contains(kColumnBiasField)) read_column_bias(spec, layer[kColumnBiasField]);
  if (!spec.quantizer->uses.curve) return spec;
  for (const Json& json : to_array(field(layer, "thresholds"), "thresholds"))
    spec.table_thresholds.push_back(to_integer(json, "thresholds"));
  for (const Json& json : to_array(field(layer, "values"), "values"))
    spec.table_values.push_back(to_rational(json, "values"));
  return spec;
}

/// "2" is 2 where a fraction may stand.
bool is_same_number(const Json& found, const Json& expected, const std::string& name) {
  const auto holds_number = [](const Json& json) {
    return json.is_string() || json.is_number_integer();
  };
  return holds_number(found) && holds_number(expected) &&
         to_rational(found, name) == to_rational(expected, name);
}

/// Throws for a field that does not follow from the choice; of a list, for the first element.
void compare(const std::string& name, const Json& found, const Json& expected) {
  if (found == expected || is_same_number(found, expected, name)) return;
  if (found.is_array() && expected.is_array() && found.size() == expected.size()) {
    for (std::size_t i = 0; i < found.size(); ++i)
      compare(fmt::format("{}[{}]", name, i), found[i], expected[i]);
    return;
  }
  if (expected.is_array())
    fail("field '{}' is not the list of {} that {}; {}", name, expected.size(), kChoice, kRemedy);
  fail("field '{}' is {}, but {} {}; {}", name, found.dump(), kChoice, expected.dump(), kRemedy);
}

void check_fields(const Json& layer, const Json& expected) {
  for (const auto& [name, value] : layer.items())
    if (!expected.contains(name) && name != kArrayField)
      fail("field '{}' is unknown for quantizer {}; remove it", name,
           expected["quantizer"].get<std::string>());
  for (const char* name :
       {"levels", "step", "thresholds", "thresholds_full_scale", "values", "unit"})
    if (layer.contains(name)) compare(name, layer[name], expected[name]);
  if (expected.contains(kStreamThresholdsField) && layer.contains(kStreamThresholdsField))
    compare(kStreamThresholdsField, layer[kStreamThresholdsField],
            expected[kStreamThresholdsField]);
}

PlannedAdc read_layer(const Json& layer) {
  if (!layer.is_object()) fail("a layer is {}, not an object in {{ }}", layer.type_name());
  PlannedAdc adc;
  adc.spec = read_spec(layer);
  const Json& sums = to_array(field(layer, "sums"), "sums");
  if (sums.size() != 2) fail("field 'sums' has {} numbers, not [minimum, maximum]", sums.size());
  adc.sums.minimum = to_integer(sums[0], "sums");
  adc.sums.maximum = to_integer(sums[1], "sums");
  if (layer.contains(kSumStepField))
    adc.sums.step = to_integer(layer[kSumStepField], kSumStepField);
  check_fields(layer, layer_to_json(adc));
  return adc;
}

std::map<std::string, std::string> read_array(const Json& array) {
  if (!array.is_object()) fail("field '{}' is {}, not an object", kArrayField, array.type_name());
  std::map<std::string, std::string> settings;
  for (const auto& [name, value] : array.items()) {
    if (!value.is_string())
      fail("field '{}.{}' is {}, not a string in quotes", kArrayField, name, value.dump());
    settings[name] = value.get<std::string>();
  }
  return settings;
}

/// JSON's own rules, and no name twice in one object: the parser would keep the last in silence.
Json parse_json(std::string_view text) {
  std::vector<std::set<std::string>> names;
  const auto watch = [&](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) names.emplace_back();
    if (event == Json::parse_event_t::object_end) names.pop_back();
    if (event == Json::parse_event_t::key && !names.back().insert(parsed.get<std::string>()).second)
      fail("'{}' stands twice in one object; remove one", parsed.get<std::string>());
    return true;
  };
  try {
    return Json::parse(text, watch);
  } catch (const Json::exception& error) {
    fail("not JSON: {}; write the plan again", error.what());
  }
}

}  // namespace

AdcPlan plan_from_json(std::string_view json) {
  const Json file = with_context("ADC plan", [&] { return parse_json(json); });
  return with_context("ADC plan", [&] {
    if (!file.is_object() || !file.contains(kPlanVersionField))
      fail("field '{}' is missing; this is not an ADC plan", kPlanVersionField);
    if (file[kPlanVersionField] != kPlanVersion)
      fail("field '{}' is {}, a version that this program does not read; use version {}",
           kPlanVersionField, file[kPlanVersionField].dump(), kPlanVersion);
    for (const auto& [name, value] : file.items())
      if (name != kPlanVersionField && name != kArrayField && name != "layers")
        fail("field '{}' is unknown; remove it", name);
    const Json& layers = field(file, "layers");
    if (!layers.is_object()) fail("field 'layers' is {}, not an object", layers.type_name());
    AdcPlan plan;
    if (file.contains(kArrayField)) plan.array = read_array(file[kArrayField]);
    for (auto layer = layers.begin(); layer != layers.end(); ++layer)
      with_context("layer " + layer.key(), [&] {
        plan.layers.emplace(layer.key(), read_layer(layer.value()));
        if (!layer->contains(kArrayField)) return;
        // One that differs in nothing is none, as it is written.
        if (auto own = read_array((*layer)[kArrayField]); !own.empty())
          plan.layer_arrays.emplace(layer.key(), std::move(own));
      });
    return plan;
  });
}

AdcPlan read_plan(const std::filesystem::path& path) {
  const std::string text = read_text_file(path);
  try {
    return with_context(path.string(), [&] { return plan_from_json(text); });
  } catch (const Error& error) {
    // What would be a wrong choice in a configuration is a damaged file here.
    throw Error(ErrorKind::kFailure, error.what());
  }
}

}  // namespace bitline
