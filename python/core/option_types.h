// What Python's type checkers are told of an option: the annotation of a field of the
// configuration.
#pragma once

#include <fmt/ranges.h>

#include <concepts>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bitline/base/enum_names.h"
#include "bitline/base/fields.h"
#include "bitline/base/policy.h"
#include "bitline/base/rational.h"
#include "bitline/recipe/learning_rate.h"

namespace bitline::python {

inline std::string literal(const std::vector<std::string_view>& names) {
  std::vector<std::string> quoted;
  for (const std::string_view name : names) quoted.push_back(fmt::format("\"{}\"", name));
  return fmt::format("Literal[{}]", fmt::join(quoted, ", "));
}

template <typename Policy>
std::string literal_of() {
  std::vector<std::string_view> names;
  for (const Policy* policy : all_policies<Policy>()) names.push_back(policy->name);
  return literal(names);
}

/// What visit_fields() calls: the members are those of FieldReader, and one that is missing here
/// does not compile.
struct OptionType {
  std::string operator()(const FieldText&, const bool&) const { return "bool"; }
  std::string operator()(const FieldText&, const bool&, const Either& names) const {
    return literal({names.no, names.yes});
  }
  std::string operator()(const FieldText&, const std::optional<bool>&) const { return "bool"; }
  template <std::integral Number>
  std::string operator()(const FieldText&, const Number&, const Whole&) const {
    return "int";
  }
  std::string operator()(const FieldText&, const std::vector<std::int64_t>&, const Whole&) const {
    return "int | Sequence[int]";
  }
  std::string operator()(const FieldText&, const std::vector<std::int64_t>&, const Whole&,
                         const WordForNone& none) const {
    return "int | Sequence[int] | " + literal({none.word});
  }
  std::string operator()(const FieldText&, const double&, const Real&) const { return "float"; }
  std::string operator()(const FieldText&, const std::optional<double>&, const Real&) const {
    return "float";
  }
  std::string operator()(const FieldText&, const LearningRate&, const Real&) const {
    return "float | " + literal({LearningRate::kAuto});
  }
  std::string operator()(const FieldText&, const std::vector<float>&) const {
    return "Sequence[float]";
  }
  std::string operator()(const FieldText&, const Rational&) const { return "float | str"; }
  std::string operator()(const FieldText&, const std::string&) const { return "str"; }
  std::string operator()(const FieldText&, const std::vector<std::string>&) const {
    return "Sequence[str]";
  }
  std::string operator()(const FieldText&, const std::map<std::string, std::string>&) const {
    return "Mapping[str, str]";
  }
  std::string operator()(const FieldText&, const std::filesystem::path&) const {
    return "str | PathLike[str]";
  }
  template <NamedEnum E>
  std::string operator()(const FieldText&, const E&) const {
    const auto& names = EnumNames<E>::kNames;
    return literal({names.begin(), names.end()});
  }
  template <typename Policy>
  std::string operator()(const FieldText&, const Picked<Policy>&) const {
    return literal_of<Policy>();
  }
  template <typename Policy>
  std::string operator()(const FieldText&, const std::vector<Picked<Policy>>&) const {
    return fmt::format("Sequence[{}]", literal_of<Policy>());
  }
};

}  // namespace bitline::python
