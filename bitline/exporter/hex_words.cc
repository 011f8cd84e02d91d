#include "bitline/exporter/hex_words.h"

#include <algorithm>
#include <bit>
#include <string_view>

namespace bitline {
namespace {

int unsigned_bits(std::int64_t largest) {
  return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(largest)));
}

}  // namespace

WordFormat word_format(std::int64_t minimum, std::int64_t maximum) {
  if (minimum >= 0) return {std::max(1, unsigned_bits(maximum)), false};
  return {1 + std::max(unsigned_bits(std::max<std::int64_t>(maximum, 0)), unsigned_bits(~minimum)),
          true};
}

std::string to_hex(std::span<const std::int64_t> words, const WordFormat& format) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  constexpr int kDigitBits = 4;
  constexpr std::uint64_t kDigitMask = 15;
  const std::uint64_t mask = ~std::uint64_t{0} >> (64 - format.width);
  std::string text;
  text.reserve(words.size() * static_cast<std::size_t>(format.digits() + 1));
  for (const std::int64_t word : words) {
    const std::uint64_t bits = static_cast<std::uint64_t>(word) & mask;
    for (auto digit = static_cast<int>(format.digits()) - 1; digit >= 0; --digit)
      text += kDigits[bits >> (kDigitBits * digit) & kDigitMask];
    text += '\n';
  }
  return text;
}

}  // namespace bitline
