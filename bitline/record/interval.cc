#include "bitline/record/interval.h"

#include <fmt/format.h>

#include "bitline/record/json_fields.h"

namespace bitline {

std::string to_text(const Interval& interval, double unit) {
  return fmt::format("{:.2f} [{:.2f}, {:.2f}]", unit * interval.value, unit * interval.lower,
                     unit * interval.upper);
}

Json json_of(const Interval& interval) {
  return {{"value", interval.value}, {"lower", interval.lower}, {"upper", interval.upper}};
}

Interval interval_from_json(const Json& json) {
  return {field<double>(json, "value"), field<double>(json, "lower"), field<double>(json, "upper")};
}

}  // namespace bitline
