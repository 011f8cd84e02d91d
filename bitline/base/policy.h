// Policies that one picks by name. Each is one file of a folder, which CMake lists
// (bitline_policies), so that a new file is all that a new policy takes. It defines
//   namespace range_methods { extern const RangeMethodPolicy kMse{...}; }
// and, where code asks for it by name, a header declares it.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bitline/base/unknown_name.h"

namespace bitline {

/// A member that keeps a policy in the one place where its file defines it: a copy would be another
/// one of the same name.
struct OnlyOne {
  OnlyOne() = default;
  OnlyOne(const OnlyOne&) = delete;
  OnlyOne& operator=(const OnlyOne&) = delete;
};

/// Those of a kind that the program has, by name. A kind is a struct with `name`, `meaning`, one
/// line of documentation, an OnlyOne, and a static kWhat, what one is called in messages.
template <typename Policy>
std::span<const Policy* const> all_policies();

/// One of them. Copies and compares as an enumerator does.
template <typename Policy>
class Picked {
 public:
  /// `policy` outlives it, as those of all_policies() do.
  constexpr Picked(const Policy& policy) : policy_(&policy) {}  // NOLINT(*-explicit-*)
  /// The policy, for its members.
  const Policy* operator->() const { return policy_; }
  friend bool operator==(const Picked&, const Picked&) = default;

 private:
  const Policy* policy_;
};

/// As files and commands spell it.
template <typename Policy>
std::string_view name_of(const Picked<Policy>& picked) {
  return picked->name;
}

/// The inverse. Throws Error (kUsage) that lists the known names.
template <typename Policy>
Picked<Policy> pick(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Policy* policy : all_policies<Policy>()) {
    if (policy->name == name) return *policy;
    names.push_back(policy->name);
  }
  fail_unknown_name(Policy::kWhat, name, names);
}

/// "zero-rise or zero-tread": the names of those that have a property, for messages.
template <typename Policy, typename Property>
std::string names_with(Property property) {
  std::string names;
  for (const Policy* policy : all_policies<Policy>()) {
    if (!std::invoke(property, *policy)) continue;
    if (!names.empty()) names += " or ";
    names += policy->name;
  }
  return names;
}

}  // namespace bitline
