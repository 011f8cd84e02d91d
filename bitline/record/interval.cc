#include "bitline/record/interval.h"

namespace bitline {

nlohmann::ordered_json json_of(const Interval& interval) {
  return {{"value", interval.value}, {"lower", interval.lower}, {"upper", interval.upper}};
}

Interval interval_from_json(const nlohmann::ordered_json& json) {
  return {json.at("value"), json.at("lower"), json.at("upper")};
}

}  // namespace bitline
