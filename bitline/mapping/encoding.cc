#include "bitline/mapping/encoding.h"

#include <algorithm>
#include <functional>
#include <span>

namespace bitline {
namespace {

/// An encoding of one layer: plane weights c_i, and the digit b_i of a weight W.
struct Code {
  std::vector<std::int64_t> plane_weights;
  std::function<std::int64_t(std::int64_t weight, std::int64_t plane)> digit;
  DigitRange column_digits;
  std::vector<std::int64_t> largest_digits;  // one per plane
  Correction correction = {};
};

std::int64_t largest_digit(int width) { return (std::int64_t{1} << width) - 1; }

/// Of the planes of digit_weights(): the last one may have fewer bits than a cell.
std::vector<std::int64_t> largest_digits(int bits, int width) {
  std::vector<std::int64_t> digits;
  for (int shift = 0; shift < bits; shift += width)
    digits.push_back(largest_digit(std::min(width, bits - shift)));
  return digits;
}

/// Sign-magnitude on a pair of cells.
Code differential(const IntegerLayer& layer, const ArraySpec& array) {
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
Code bipolar(const IntegerLayer& layer) {
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
Code twos_complement(const IntegerLayer& layer, const ArraySpec& array) {
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
Code offset(const IntegerLayer& layer, const ArraySpec& array) {
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

Code code_of(const IntegerLayer& layer, const ArraySpec& array) {
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

/// Every weight lies on its grid, and the encoding knows that grid.
void check_weights(const IntegerLayer& layer, const ArraySpec& array) {
  if (layer.weight_bits < 1 || layer.weight_bits > 16)
    fail_usage("weights of {} bits are not supported, quantize to 1 … 16 bits", layer.weight_bits);
  if (layer.weight_odd && array.encoding != Encoding::kBipolar)
    fail_usage(
        "weights on the odd grid (bipolar) do not fit encoding = {}; take encoding = "
        "bipolar or quantize to the ordinary grid",
        name_of(array.encoding));
  const std::int64_t half = std::int64_t{1} << (layer.weight_bits - 1);
  const std::int64_t minimum = layer.weight_odd ? 1 - 2 * half : -half;
  const std::int64_t maximum = layer.weight_odd ? 2 * half - 1 : half - 1;
  for (const std::int32_t weight : layer.weights.data<std::int32_t>()) {
    if (weight < minimum || weight > maximum)
      fail_usage("weight {} lies outside {} … {} of {} bits; quantize the layer to that grid",
                 weight, minimum, maximum, layer.weight_bits);
    if (layer.weight_odd && weight % 2 == 0)
      fail_usage(
          "weight {} is even, and cells of -1 or +1 add up to odd numbers only; quantize "
          "the layer to the odd grid or leave the grid ordinary",
          weight);
  }
}

/// Digits of all planes, [planes, weights]. A code is asked once for each value between the
/// smallest and the largest weight.
Tensor digits_of(const Code& code, std::span<const std::int32_t> weights, Shape shape) {
  const auto [smallest, largest] = std::ranges::minmax(weights);
  Tensor digits(DType::kI8, std::move(shape));
  auto digit = digits.data<std::int8_t>().begin();
  std::vector<std::int8_t> of_weight(static_cast<std::size_t>(largest - smallest + 1));
  for (std::int64_t plane = 0; plane < std::ssize(code.plane_weights); ++plane) {
    for (std::int64_t weight = smallest; weight <= largest; ++weight)
      of_weight[static_cast<std::size_t>(weight - smallest)] =
          static_cast<std::int8_t>(code.digit(weight, plane));
    for (const std::int32_t weight : weights)
      *digit++ = of_weight[static_cast<std::size_t>(weight - smallest)];
  }
  return digits;
}

}  // namespace

int magnitude_bits(const IntegerLayer& layer) {
  const std::int64_t most_negative = -(std::int64_t{1} << (layer.weight_bits - 1));
  const auto weights = layer.weights.data<std::int32_t>();
  const bool full = std::ranges::find(weights, most_negative) != weights.end();
  return full ? layer.weight_bits : layer.weight_bits - 1;
}

EncodedWeights encode_weights(const IntegerLayer& layer, const ArraySpec& array) {
  check_weights(layer, array);
  const Code code = code_of(layer, array);
  const auto planes = static_cast<std::int64_t>(code.plane_weights.size());
  WeightPlanes encoded;
  encoded.weights = code.plane_weights;
  encoded.digits = digits_of(code, layer.weights.data<std::int32_t>(),
                             {planes, layer.geometry.out_channels, layer.geometry.fan_in()});
  return {encoded, code.correction, code.column_digits, code.largest_digits};
}

}  // namespace bitline
