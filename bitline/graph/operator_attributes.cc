#include "bitline/graph/operator_attributes.h"

#include <cmath>
#include <limits>
#include <string>

namespace bitline {

Json attribute_to_json(double number) {
  if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
  return number;
}

Json attribute_to_json(const Extents& extents) { return {extents.height, extents.width}; }

Json attribute_to_json(const Padding& padding) {
  return {padding.top, padding.left, padding.bottom, padding.right};
}

void attribute_from_json(const Json& json, double& number) {
  if (!json.is_string()) return (void)json.get_to(number);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  number = json.get<std::string>() == "-inf" ? -kInfinity : kInfinity;
}

void attribute_from_json(const Json& json, Extents& extents) {
  if (json.is_number())
    extents = Extents(json.get<std::int64_t>());
  else
    extents = Extents(json.at(0), json.at(1));
}

void attribute_from_json(const Json& json, Padding& padding) {
  if (json.is_number())
    padding = Padding(json.get<std::int64_t>());
  else
    padding = Padding(json.at(0), json.at(1), json.at(2), json.at(3));
}

}  // namespace bitline
