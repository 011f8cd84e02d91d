// Characters that a terminal obeys instead of showing them.
#pragma once

namespace bitline {

/// Of ASCII, whatever the locale.
constexpr bool is_control_character(char character) {
  const auto code = static_cast<unsigned char>(character);
  return code < ' ' || code == 0x7F;
}

}  // namespace bitline
