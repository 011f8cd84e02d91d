// One list of a struct's fields, which all share who read, describe, document or compare it.
//
// Beside a struct of options stands
//   template <ConstOrNot<ArraySpec> Array, typename Visit>
//   void visit_fields(Array& array, Visit&& visit)
// which calls visit(FieldText, member) for every field, with limits or names behind them where the
// type does not say them: visit(text, whole number, Whole), visit(text, number, Real),
// visit(text, truth value, Either), visit(text, whole numbers, Whole, WordForNone). Whoever adds a
// field adds it there, and nowhere else.
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace bitline {

/// What the value of a field decides. What depends on sums depends on results and costs too.
enum class Decides {
  kSums,     ///< which partial sums a layer has: a plan remembers it
  kResults,  ///< what a stage computes: its hash holds it
  kCosts,    ///< area, energy or time alone
  kNothing   ///< where files are, on what they are computed
};

/// A field's key in a configuration and what docs/config.md says of it.
struct FieldText {
  std::string_view key;
  std::string_view meaning;  ///< Markdown
  Decides decides = Decides::kResults;
  std::string_view default_in_words = {};  ///< where the value cannot say it
  /// Why it is one for all layers, where single layers can have others of its table; empty: it is
  /// not.
  std::string_view why_of_all_layers = {};
};

/// Limits, both included.
struct Whole {
  std::int64_t least, most;
};
struct Real {
  double least, most;
};
/// Names of false and true.
struct Either {
  std::string_view no, yes;
};

/// A word that stands for an empty list.
struct WordForNone {
  std::string_view word;
};

/// A struct, to be changed or to be read.
template <typename Type, typename Of>
concept ConstOrNot = std::same_as<std::remove_const_t<Type>, Of>;

}  // namespace bitline
