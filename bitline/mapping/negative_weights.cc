#include "bitline/mapping/negative_weights.h"

#include <algorithm>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

std::int64_t largest_digit(int width) { return (std::int64_t{1} << width) - 1; }

/// Of the planes of digit_weights(): the last one may have fewer bits than a cell.
std::vector<std::int64_t> largest_digits(int bits, int width) {
  std::vector<std::int64_t> digits;
  for (int shift = 0; shift < bits; shift += width)
    digits.push_back(largest_digit(std::min(width, bits - shift)));
  return digits;
}

/// Sign-magnitude on a pair of cells.
WeightCode differential(const IntegerLayer& layer, const ArraySpec& array) {
  if (layer.weight_bits == 1)
    fail_usage(
        "weights of 1 bit have no plane under encoding = differential; take encoding = "
        "bipolar");
  const int bits = magnitude_bits(layer);
  const int m = array.cell_bits;
  const bool two_conversions = array.subtract == Subtract::kDigital;
  return {digit_weights(bits, m),
          [m](std::int64_t weight, std::int64_t plane) { return signed_digit(weight, m, plane); },
          {two_conversions ? 0 : -largest_digit(m), largest_digit(m)},
          largest_digits(bits, m)};
}

/// V = Σ 2^i b_i over b_i = 2u_i − 1 is 2u − (2^n_w − 1), where u_i are the bits of u.
WeightCode bipolar(const IntegerLayer& layer) {
  const bool odd = layer.weight_odd;
  const std::int64_t largest = largest_digit(layer.weight_bits);
  return {digit_weights(layer.weight_bits, 1),
          [odd, largest](std::int64_t weight, std::int64_t plane) {
            const std::int64_t stored = odd ? weight : 2 * weight + 1;
            return 2 * unsigned_digit((stored + largest) / 2, 1, plane) - 1;
          },
          {-1, 1},
          largest_digits(layer.weight_bits, 1),
          odd ? Correction{} : Correction{0, 1, 2}};
}

/// W = −2^(n_w − 1) · sign bit + the bits below it.
WeightCode twos_complement(const IntegerLayer& layer, const ArraySpec& array) {
  const int m = array.cell_bits;
  const std::int64_t sign_weight = std::int64_t{1} << (layer.weight_bits - 1);
  std::vector<std::int64_t> plane_weights = digit_weights(layer.weight_bits - 1, m);
  std::vector<std::int64_t> largest = largest_digits(layer.weight_bits - 1, m);
  const auto sign_plane = static_cast<std::int64_t>(plane_weights.size());
  plane_weights.push_back(-sign_weight);
  largest.push_back(1);
  return {plane_weights,
          [m, sign_plane, sign_weight](std::int64_t weight, std::int64_t plane) {
            const std::int64_t sign = weight < 0 ? 1 : 0;
            if (plane == sign_plane) return sign;
            return unsigned_digit(weight + sign * sign_weight, m, plane);
          },
          {0, largest_digit(m)},
          largest};
}

/// W + 2^(n_w − 1) is not negative.
WeightCode offset(const IntegerLayer& layer, const ArraySpec& array) {
  const int m = array.cell_bits;
  const std::int64_t shift = std::int64_t{1} << (layer.weight_bits - 1);
  const bool reference = array.offset_removal == OffsetRemoval::kReferenceColumn;
  return {digit_weights(layer.weight_bits, m),
          [m, shift](std::int64_t weight, std::int64_t plane) {
            return unsigned_digit(weight + shift, m, plane);
          },
          {0, largest_digit(m)},
          largest_digits(layer.weight_bits, m),
          {reference ? shift : 0, reference ? 0 : shift, 1}};
}

}  // namespace

int magnitude_bits(const IntegerLayer& layer) {
  const std::int64_t most_negative = -(std::int64_t{1} << (layer.weight_bits - 1));
  const auto weights = layer.weights.data<std::int32_t>();
  const bool full = std::ranges::find(weights, most_negative) != weights.end();
  return full ? layer.weight_bits : layer.weight_bits - 1;
}

WeightCode weight_code(const IntegerLayer& layer, const ArraySpec& array) {
  switch (array.encoding) {
    case Encoding::kDifferential:
      return differential(layer, array);
    case Encoding::kBipolar:
      return bipolar(layer);
    case Encoding::kTwosComplement:
      return twos_complement(layer, array);
    case Encoding::kOffset:
      return offset(layer, array);
  }
  fail_usage("unknown encoding");
}

}  // namespace bitline
