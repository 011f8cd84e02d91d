#include "bitline/record/interval.h"

#include "bitline/record/json_fields.h"

namespace bitline {

Json json_of(const Interval& interval) {
  return {{"value", interval.value}, {"lower", interval.lower}, {"upper", interval.upper}};
}

Interval interval_from_json(const Json& json) {
  return {field<double>(json, "value"), field<double>(json, "lower"), field<double>(json, "upper")};
}

}  // namespace bitline
