// How configuration and JSON spell the choices of AdcSpec.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cstddef>

#include "bitline/adc/adc_spec.h"
#include "bitline/base/error.h"

namespace bitline {
namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, 5> kQuantizers = {"lossless", "zero-tread", "zero-rise",
                                                         "full-range", "table"};
constexpr std::array<std::string_view, 3> kStepRules = {"range", "outer-levels", "codes"};
constexpr std::array<std::string_view, 2> kTieRules = {"up", "away"};
constexpr std::array<std::string_view, 3> kSides = {"automatic", "both", "one-sided"};

template <typename Enum, std::size_t size>
Enum from_name(std::string_view what, std::string_view name,
               const std::array<std::string_view, size>& names) {
  for (std::size_t i = 0; i < size; ++i)
    if (names[i] == name) return static_cast<Enum>(i);
  fail_usage("{} '{}' is unknown; choose one of {}", what, name, fmt::join(names, ", "));
}

}  // namespace

std::string_view name_of(Quantizer quantizer) {
  return kQuantizers.at(static_cast<std::size_t>(quantizer));
}
std::string_view name_of(StepRule rule) { return kStepRules.at(static_cast<std::size_t>(rule)); }
std::string_view name_of(TieRule rule) { return kTieRules.at(static_cast<std::size_t>(rule)); }
std::string_view name_of(Sides sides) { return kSides.at(static_cast<std::size_t>(sides)); }

Quantizer quantizer_from_name(std::string_view name) {
  return from_name<Quantizer>("quantizer", name, kQuantizers);
}
StepRule step_rule_from_name(std::string_view name) {
  return from_name<StepRule>("step rule", name, kStepRules);
}
TieRule tie_rule_from_name(std::string_view name) {
  return from_name<TieRule>("tie rule", name, kTieRules);
}
Sides sides_from_name(std::string_view name) { return from_name<Sides>("sides", name, kSides); }

}  // namespace bitline
