// Integers as text for $readmemh of Verilog: one word per line.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace bitline {

/// Bits of a word and how to read it.
struct WordFormat {
  int width = 1;           ///< 1 to 64
  bool is_signed = false;  ///< two's complement

  /// Characters of one word, without the end of the line.
  std::int64_t digits() const { return (width + 3) / 4; }
};

/// The narrowest format that holds all integers from `minimum` to `maximum`; signed where one is
/// negative.
WordFormat word_format(std::int64_t minimum, std::int64_t maximum);

/// Lower-case hexadecimal digits, leading zeros included; bits above the width are 0.
std::string to_hex(std::span<const std::int64_t> words, const WordFormat& format);

}  // namespace bitline
