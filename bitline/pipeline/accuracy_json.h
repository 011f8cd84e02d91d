// The JSON form of an interval, the same in every document.
#pragma once

#include <nlohmann/json.hpp>

#include "bitline/pipeline/accuracy.h"

namespace bitline {

/// {"value", "lower", "upper"}, in the unit that the interval has.
inline nlohmann::ordered_json json_of(const Interval& interval) {
  return {{"value", interval.value}, {"lower", interval.lower}, {"upper", interval.upper}};
}

}  // namespace bitline
