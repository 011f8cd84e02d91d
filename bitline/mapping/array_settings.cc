#include "bitline/mapping/array_settings.h"

#include "bitline/base/fail.h"
#include "bitline/base/field_values.h"
#include "bitline/mapping/array_fields.h"

namespace bitline {

ArraySettings sum_settings(const ArraySpec& array) {
  ArraySpec resolved = array;
  resolved.active_rows = array.driven_rows();
  ArraySettings settings;
  visit_fields(resolved, [&settings](const FieldText& field, const auto& value, const auto&...) {
    if (field.decides == Decides::kSums) settings.emplace(field.key, field_value(value));
  });
  return settings;
}

ArraySettings own_sum_settings(const NetworkArrays& arrays, const std::string& layer) {
  if (!arrays.layers.contains(layer)) return {};
  const ArraySettings common = sum_settings(arrays.common);
  ArraySettings own = sum_settings(arrays.of(layer));
  std::erase_if(
      own, [&common](const auto& setting) { return common.at(setting.first) == setting.second; });
  return own;
}

void check_found_on(const ArraySettings& found_on, const ArraySettings& of_layer,
                    const NetworkArrays& arrays, const std::string& layer) {
  if (found_on.empty() && of_layer.empty()) return;  // as candidates of a search, many of them
  ArraySettings expected = of_layer;
  expected.insert(found_on.begin(), found_on.end());
  const ArraySettings common = sum_settings(arrays.common);
  const ArraySettings own = sum_settings(arrays.of(layer));
  for (const auto& [key, value] : expected) {
    const auto known = own.find(key);
    if (known == own.end())
      fail_usage("the plan was found on an array with {} = {}, of which this program knows nothing",
                 key, value);
    if (known->second == value) continue;
    const bool is_own = of_layer.contains(key) || known->second != common.at(key);
    fail_usage(
        "{}the plan was found on an array with {} = {}, and this one has {}, which gives other "
        "partial sums; set array.{}{} = {}, search again, or take \"array\" out of the plan{} to "
        "put its ADCs on this array as they are",
        is_own ? fmt::format("layer {}: ", layer) : std::string(), key, value, known->second,
        is_own ? fmt::format("layers.\"{}\".", layer) : std::string(), key, value,
        is_own ? " and its layers" : std::string());
  }
}

}  // namespace bitline
