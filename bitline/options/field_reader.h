// Fills a struct from its table of the configuration, field by field.
#pragma once

#include <concepts>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bitline/base/enum_names.h"
#include "bitline/base/fail.h"
#include "bitline/base/fields.h"
#include "bitline/base/policy.h"
#include "bitline/config/config.h"
#include "bitline/recipe/learning_rate.h"

namespace bitline {

/// What visit_fields() calls: a field that the table lacks keeps its value, its default. Errors are
/// those of ConfigTable.
class FieldReader {
 public:
  explicit FieldReader(const ConfigTable& table) : table_(table) {}

  void operator()(const FieldText& field, bool& value) const {
    value = table_.get<bool>(field.key, value);
  }
  void operator()(const FieldText& field, bool& value, const Either& names) const {
    value = table_.one_of(field.key, value ? 1 : 0, {names.no, names.yes}) == 1;
  }
  void operator()(const FieldText& field, std::optional<bool>& value) const {
    if (table_.has(field.key)) value = table_.require<bool>(field.key);
  }
  template <std::integral Number>
  void operator()(const FieldText& field, Number& value, const Whole& limits) const {
    value = static_cast<Number>(
        table_.integer(field.key, static_cast<std::int64_t>(value), limits.least, limits.most));
  }
  void operator()(const FieldText& field, std::vector<std::int64_t>& values,
                  const Whole& limits) const {
    values = table_.integers(field.key, values, limits.least, limits.most);
  }
  void operator()(const FieldText& field, std::vector<std::int64_t>& values, const Whole& limits,
                  const WordForNone& none) const {
    if (table_.is_word(field.key, none.word, "numbers"))
      values.clear();
    else
      (*this)(field, values, limits);
  }
  void operator()(const FieldText& field, double& value, const Real& limits) const {
    value = table_.number(field.key, value, limits.least, limits.most);
  }
  void operator()(const FieldText& field, std::optional<double>& value, const Real& limits) const {
    const double given = table_.number(field.key, limits.most, limits.least, limits.most);
    if (table_.has(field.key)) value = given;
  }
  void operator()(const FieldText& field, LearningRate& rate, const Real& limits) const {
    if (table_.is_word(field.key, LearningRate::kAuto, "a number")) {
      rate.by = LearningRate::By::kTest;
      return;
    }
    rate.value = table_.number(field.key, rate.value, limits.least, limits.most);
    if (table_.has(field.key)) rate.by = LearningRate::By::kValue;
  }
  void operator()(const FieldText& field, std::vector<float>& values) const {
    const auto given = table_.get<std::vector<double>>(field.key, {values.begin(), values.end()});
    values.assign(given.begin(), given.end());
  }
  void operator()(const FieldText& field, Rational& value) const {
    value = table_.rational(field.key, value);
  }
  void operator()(const FieldText& field, std::string& value) const {
    value = table_.get<std::string>(field.key, value);
  }
  void operator()(const FieldText& field, std::vector<std::string>& values) const {
    values = table_.get<std::vector<std::string>>(field.key, values);
  }
  void operator()(const FieldText& field, std::map<std::string, std::string>& values) const {
    values = table_.texts(field.key);
  }
  void operator()(const FieldText& field, std::filesystem::path& value) const {
    value = table_.path(field.key, value);
  }
  template <NamedEnum E>
  void operator()(const FieldText& field, E& value) const {
    const auto& names = EnumNames<E>::kNames;
    value = static_cast<E>(
        table_.one_of(field.key, static_cast<std::size_t>(value), {names.begin(), names.end()}));
  }
  template <typename Policy>
  void operator()(const FieldText& field, Picked<Policy>& value) const {
    std::vector<std::string_view> names;
    std::size_t chosen = 0;
    const auto all = all_policies<Policy>();
    for (std::size_t i = 0; i < all.size(); ++i) {
      names.push_back(all[i]->name);
      if (Picked<Policy>(*all[i]) == value) chosen = i;
    }
    value = *all[table_.one_of(field.key, chosen, names)];
  }
  template <typename Policy>
  void operator()(const FieldText& field, std::vector<Picked<Policy>>& values) const {
    std::vector<std::string> names;
    for (const Picked<Policy>& value : values) names.emplace_back(value->name);
    names = table_.get<std::vector<std::string>>(field.key, names);
    values.clear();
    for (const std::string& name : names)
      values.push_back(with_context(table_.where(field.key), [&] { return pick<Policy>(name); }));
  }

 private:
  const ConfigTable& table_;
};

template <typename Options>
void read_fields(const ConfigTable& table, Options& options) {
  visit_fields(options, FieldReader(table));
}

/// The table of a single layer: what it lacks stays as it is in `options`. Throws Error (kUsage)
/// that says why for a key that is one for all layers.
template <typename Options>
void read_layer_fields(const ConfigTable& table, Options& options) {
  visit_fields(options, [&](const FieldText& field, auto& value, const auto&... limits) {
    if (field.why_of_all_layers.empty()) return FieldReader(table)(field, value, limits...);
    if (table.has(field.key))
      fail_usage("{} is one for all layers: {}", table.where(field.key), field.why_of_all_layers);
  });
}

}  // namespace bitline
