// JSON that keeps the order of its keys, from text and to text. Both are compiled once, here: the
// library's templates for them would otherwise be compiled anew in every file that reads or writes.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace bitline {

using Json = nlohmann::ordered_json;

/// What `text` holds. Throws Json::exception where it is no JSON.
Json parse_json(std::string_view text);

/// What is written for bytes of a text that are no UTF-8.
enum class WrongUtf8 {
  kRefuse,  ///< nothing: Json::exception is thrown
  kReplace  ///< the replacement character
};

/// On one line, or with `indent` spaces more for each level.
std::string json_text(const Json& json, int indent = -1, WrongUtf8 wrong = WrongUtf8::kRefuse);

}  // namespace bitline
