// How configuration, JSON and messages spell the values of an enumeration: one list for each.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "bitline/base/unknown_name.h"

namespace bitline {

/// The list of an enumeration's names, specialised beside it: kWhat, what a value is called in
/// messages, and kNames, an array in the order of the enumerators.
template <typename E>
struct EnumNames;

/// An enumeration that has such a list.
template <typename E>
concept NamedEnum = requires {
  EnumNames<E>::kNames;
};

/// The name of a value.
template <NamedEnum E>
constexpr std::string_view name_of(E value) {
  return EnumNames<E>::kNames.at(static_cast<std::size_t>(value));
}

/// The inverse of name_of. Throws Error that lists the known names: kFailure where a file is
/// damaged that holds another one.
template <NamedEnum E>
E from_name(std::string_view name, ErrorKind kind = ErrorKind::kUsage) {
  const auto& names = EnumNames<E>::kNames;
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) fail_unknown_name(EnumNames<E>::kWhat, name, names, kind);
  return static_cast<E>(found - names.begin());
}

}  // namespace bitline
