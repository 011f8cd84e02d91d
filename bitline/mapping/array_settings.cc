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

void check_found_on(const ArraySettings& found_on, const ArraySpec& array) {
  if (found_on.empty()) return;  // as candidates of a search, of which there are many
  const ArraySettings own = sum_settings(array);
  for (const auto& [key, value] : found_on) {
    const auto known = own.find(key);
    if (known == own.end())
      fail_usage("the plan was found on an array with {} = {}, of which this program knows nothing",
                 key, value);
    if (known->second != value)
      fail_usage(
          "the plan was found on an array with {} = {}, and this one has {}, which gives other "
          "partial sums; set array.{} = {}, search again, or take \"array\" out of the plan to "
          "put its ADCs on this array as they are",
          key, value, known->second, key, value);
  }
}

}  // namespace bitline
