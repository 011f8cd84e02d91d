#include "bitline/base/fail.h"
#include "bitline/mapping/negative_weights.h"

namespace bitline {
namespace {

/// Sign-magnitude on a pair of cells.
WeightCode code(const IntegerLayer& layer, const ArraySpec& array) {
  if (layer.weight_bits == 1)
    fail_usage(
        "weights of 1 bit have no plane under encoding = differential; take encoding = bipolar");
  const int bits = magnitude_bits(layer);
  const int m = array.cell_bits;
  const bool two_conversions = array.subtract == Subtract::kDigital;
  return {digit_weights(bits, m),
          [m](std::int64_t weight, std::int64_t plane) { return signed_digit(weight, m, plane); },
          {two_conversions ? 0 : -largest_digit(m), largest_digit(m)},
          largest_digits(bits, m)};
}

}  // namespace

const EncodingPolicy encodings::kDifferential{
    .name = "differential",
    .meaning = "sign and magnitude, on pairs of columns that are subtracted",
    .in_pairs = true,
    .has_signed_digits = true,
    .holds_magnitudes = true,
    .code = code};

}  // namespace bitline
