// A measured share with what the number of images allows to say of it.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace bitline {

/// A share and its 95 % interval, all in [0, 1] (differences: in [-1, 1]).
struct Interval {
  double value = 0;
  double lower = 0;
  double upper = 0;

  bool operator==(const Interval&) const = default;
};

/// "0.50 [0.25, 1.00]", of `unit` times the numbers: 100 for shares in per cent.
std::string to_text(const Interval& interval, double unit = 1);

/// {"value", "lower", "upper"}, in the unit that the interval has; the same in every document.
nlohmann::ordered_json json_of(const Interval& interval);
/// The inverse. Throws Error that names a member that is missing or no number.
Interval interval_from_json(const nlohmann::ordered_json& json);

}  // namespace bitline
