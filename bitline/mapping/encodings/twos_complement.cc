#include "bitline/mapping/negative_weights.h"

namespace bitline {
namespace {

/// W = −2^(n_w − 1) · sign bit + the bits below it.
WeightCode code(const IntegerLayer& layer, const ArraySpec& array) {
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

}  // namespace

const EncodingPolicy encodings::kTwosComplement{
    .name = "twos-complement",
    .meaning = "digits of 0 and above, and a plane of signs",
    .code = code};

}  // namespace bitline
