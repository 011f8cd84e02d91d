#include "bitline/mapping/negative_weights.h"

namespace bitline {
namespace {

/// V = Σ 2^i b_i over b_i = 2u_i − 1 is 2u − (2^n_w − 1), where u_i are the bits of u.
WeightCode code(const IntegerLayer& layer, const ArraySpec&) {
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

}  // namespace

const EncodingPolicy encodings::kBipolar{.name = "bipolar",
                                         .meaning = "cells of −1 and +1",
                                         .has_signed_digits = true,
                                         .is_binary = true,
                                         .code = code};

}  // namespace bitline
