// Reads JSON documents member by member; an Error says which one is missing, or is something else
// than it has to be.
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <nlohmann/json.hpp>

#include "bitline/base/enum_names.h"
#include "bitline/base/fail.h"
#include "bitline/base/json.h"

namespace bitline {

/// The JSON object in `text`. Throws Error for anything else.
Json parse_object(std::string_view text);
/// Throws Error where there is no such member, or `object` is no object.
const Json& member(const Json& object, const char* name);
/// Throws the Error for a member that is not what it has to be.
[[noreturn]] void refuse_field(const char* name, const Json& json);

/// What `read` makes of the document in `text`. Whatever it finds is a damaged file, and an Error
/// (kFailure) that begins with `what` it is of.
template <typename Read>
auto read_document(std::string_view what, std::string_view text, Read read) {
  try {
    return read(parse_object(text));
  } catch (const Error& error) {
    fail("{} is damaged: {}", what, error.what());
  }
}

/// A member as a number, a text, a list or map of these, or the value of a named enumeration.
template <typename T>
T field(const Json& object, const char* name) {
  if constexpr (NamedEnum<T>) {
    return from_name<T>(field<std::string>(object, name));
  } else {
    const Json& json = member(object, name);
    constexpr bool kWhole = std::integral<T> && !std::same_as<T, bool>;
    if (kWhole && !json.is_number_integer()) refuse_field(name, json);
    try {
      return json.get<T>();
    } catch (const Json::exception&) {
      refuse_field(name, json);
    }
  }
}

/// Compiled once, in json_fields.cc.
extern template std::string field<std::string>(const Json& object, const char* name);
extern template std::int64_t field<std::int64_t>(const Json& object, const char* name);
extern template double field<double>(const Json& object, const char* name);
extern template std::vector<std::string> field<std::vector<std::string>>(const Json& object,
                                                                         const char* name);

/// A member that is a whole number.
inline std::int64_t whole(const Json& object, const char* name) {
  return field<std::int64_t>(object, name);
}

/// Whether the member is there and not null.
inline bool has_field(const Json& object, const char* name) {
  return object.contains(name) && !object[name].is_null();
}

template <typename T>
std::optional<T> optional_field(const Json& object, const char* name) {
  if (!has_field(object, name)) return std::nullopt;
  return field<T>(object, name);
}

/// A member that an older program did not write.
template <typename T>
T newer_field(const Json& object, const char* name) {
  return optional_field<T>(object, name).value_or(T{});
}

/// What `read` makes of a member; an Error in there begins with its name.
template <typename Read>
auto part(const Json& object, const char* name, Read read) {
  const Json& json = member(object, name);
  return with_context(name, [&] { return read(json); });
}

template <typename Read>
auto optional_part(const Json& object, const char* name, Read read) {
  std::optional<std::invoke_result_t<Read, const Json&>> value;
  if (has_field(object, name)) value = part(object, name, read);
  return value;
}

/// What `read` makes of each element of a list.
template <typename Read>
auto list_of(const Json& object, const char* name, Read read) {
  const Json& list = member(object, name);
  if (!list.is_array()) refuse_field(name, list);
  std::vector<std::invoke_result_t<Read, const Json&>> values;
  for (const Json& json : list)
    values.push_back(
        with_context(fmt::format("{}[{}]", name, values.size()), [&] { return read(json); }));
  return values;
}

/// What `read` makes of each member of an object, which it is given with its name, in order.
template <typename Read>
auto members_of(const Json& object, const char* name, Read read) {
  const Json& members = member(object, name);
  if (!members.is_object()) refuse_field(name, members);
  std::vector<std::invoke_result_t<Read, const std::string&, const Json&>> values;
  for (auto it = members.begin(); it != members.end(); ++it)
    values.push_back(with_context(fmt::format("{}.{}", name, it.key()),
                                  [&] { return read(it.key(), it.value()); }));
  return values;
}

}  // namespace bitline
