// Fields as text: what a hash, a plan and a message take.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bitline/base/enum_names.h"
#include "bitline/base/fields.h"
#include "bitline/base/policy.h"
#include "bitline/base/rational.h"

namespace bitline {

inline std::string field_value(bool value) { return value ? "true" : "false"; }
template <std::integral Number>
std::string field_value(Number value) {
  return fmt::format("{}", value);
}
/// The shortest decimal that gives the same number.
template <std::floating_point Number>
std::string field_value(Number value) {
  return fmt::format("{}", value);
}
inline std::string field_value(const Rational& value) { return to_string(value); }
inline std::string field_value(const std::string& value) { return value; }
inline std::string field_value(const std::filesystem::path& value) { return value.string(); }
template <NamedEnum E>
std::string field_value(E value) {
  return std::string(name_of(value));
}
template <typename Policy>
std::string field_value(const Picked<Policy>& value) {
  return std::string(value->name);
}
template <typename Value>
std::string field_value(const std::optional<Value>& value) {
  return value ? field_value(*value) : "none";
}
/// Each in quotes, so that no name can look like two.
template <typename Value>
std::string field_value(const std::vector<Value>& values) {
  std::vector<std::string> texts;
  for (const Value& value : values) texts.push_back(field_value(value));
  return fmt::format("{}", texts);
}
inline std::string field_value(const std::map<std::string, std::string>& values) {
  return fmt::format("{}", values);
}

/// "key value, key value, ..." of the fields that decide results, in the order of visit_fields():
/// equal texts mean equal results.
template <typename Options>
std::string describe_fields(const Options& options) {
  std::string text;
  visit_fields(options, [&text](const FieldText& field, const auto& value, const auto&...) {
    if (field.decides == Decides::kSums || field.decides == Decides::kResults)
      text += fmt::format("{} {}, ", field.key, field_value(value));
  });
  return text;
}

}  // namespace bitline
