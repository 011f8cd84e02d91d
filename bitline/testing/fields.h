// For tests: every field of a struct of options with another value, one at a time.
#pragma once

#include <gtest/gtest.h>

#include <concepts>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bitline/base/enum_names.h"
#include "bitline/base/fields.h"
#include "bitline/base/policy.h"
#include "bitline/base/rational.h"
#include "bitline/recipe/learning_rate.h"

namespace bitline::test {

/// Gives a field another value.
struct Changer {
  void operator()(bool& value) const { value = !value; }
  template <std::integral Number>
  void operator()(Number& value) const {
    value = static_cast<Number>(value + 1);
  }
  void operator()(double& value) const { value += 0.25; }
  void operator()(LearningRate& rate) const { rate.value += 0.25; }
  void operator()(Rational& value) const { value = value + Rational(1, 2); }
  void operator()(std::string& value) const { value += "other"; }
  void operator()(std::filesystem::path& value) const { value += "other"; }
  void operator()(std::map<std::string, std::string>& value) const { value["other"] = "one"; }
  template <NamedEnum E>
  void operator()(E& value) const {
    value = static_cast<E>(value == static_cast<E>(0) ? 1 : 0);
  }
  template <typename Policy>
  void operator()(Picked<Policy>& value) const {
    const auto all = all_policies<Policy>();
    value = value == Picked<Policy>(*all[0]) ? *all[1] : *all[0];
  }
  template <typename Policy>
  void operator()(std::vector<Picked<Policy>>& values) const {
    values.push_back(*all_policies<Policy>()[0]);
  }
  template <typename Value>
  void operator()(std::optional<Value>& value) const {
    value = value.value_or(Value{}) + Value{1};
  }
  template <typename Value>
  void operator()(std::vector<Value>& values) const {
    values.emplace_back();
  }
};

/// Every field of `options` is changed, one at a time; `described` has to tell where it decides a
/// result, and only there.
template <typename Options>
void expect_every_decision(const Options& options,
                           const std::function<std::string(const Options&)>& described) {
  const std::string before = described(options);
  std::size_t count = 0;
  visit_fields(options, [&count](const FieldText&, const auto&...) { ++count; });
  for (std::size_t changed = 0; changed < count; ++changed) {
    Options other = options;
    std::size_t at = 0;
    std::string key;
    bool decides = false;
    visit_fields(other, [&](const FieldText& field, auto& value, const auto&...) {
      if (at++ != changed) return;
      key = field.key;
      decides = field.decides == Decides::kSums || field.decides == Decides::kResults;
      Changer{}(value);
    });
    EXPECT_EQ(described(other) != before, decides) << key;
  }
  EXPECT_GT(count, 0U);
}

}  // namespace bitline::test
