// Slicing an integer into digits of a few bits; weights and activations share it.
#pragma once

#include <cstdint>
#include <vector>

namespace bitline {

/// Digits that a cell can hold, or that a DAC can drive.
struct DigitRange {
  std::int64_t minimum = 0;
  std::int64_t maximum = 0;
};

/// The digit of weight 2^(width · index) of a non-negative integer.
constexpr std::int64_t unsigned_digit(std::int64_t value, int width, std::int64_t index) {
  return (value >> (width * index)) & ((std::int64_t{1} << width) - 1);
}

/// The digit of |value| that carries value's sign, in −(2^width − 1) … 2^width − 1.
constexpr std::int64_t signed_digit(std::int64_t value, int width, std::int64_t index) {
  return value < 0 ? -unsigned_digit(-value, width, index) : unsigned_digit(value, width, index);
}

/// 1, 2^width, 2^(2 · width) … for as many digits as `bits` bits take.
inline std::vector<std::int64_t> digit_weights(int bits, int width) {
  std::vector<std::int64_t> weights;
  for (int shift = 0; shift < bits; shift += width) weights.push_back(std::int64_t{1} << shift);
  return weights;
}

}  // namespace bitline
