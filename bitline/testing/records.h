// For tests of records: the message with which a text is refused.
#pragma once

#include <string>

#include "bitline/base/error.h"

namespace bitline::test {

/// The text with its first `from` replaced by `to`.
inline std::string with(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

/// What `read` says against the text; "" where it takes it.
template <typename Read>
std::string refusal(Read read, const std::string& text) {
  try {
    read(text);
  } catch (const Error& error) {
    return error.kind() == ErrorKind::kFailure ? error.what() : "of another kind";
  }
  return "";
}

}  // namespace bitline::test
