#include "bitline/mapping/negative_weights.h"

#include <algorithm>

namespace bitline {

std::int64_t largest_digit(int width) { return (std::int64_t{1} << width) - 1; }

std::vector<std::int64_t> largest_digits(int bits, int width) {
  std::vector<std::int64_t> digits;
  for (int shift = 0; shift < bits; shift += width)
    digits.push_back(largest_digit(std::min(width, bits - shift)));
  return digits;
}

int magnitude_bits(const IntegerLayer& layer) {
  const std::int64_t most_negative = -(std::int64_t{1} << (layer.weight_bits - 1));
  const auto weights = layer.weights.data<std::int32_t>();
  const bool full = std::ranges::find(weights, most_negative) != weights.end();
  return full ? layer.weight_bits : layer.weight_bits - 1;
}

}  // namespace bitline
