// How cells that hold a few levels hold weights of either sign; the table under equation (2) of
// docs/arithmetic.md. Each of encodings/ says it of itself; here is what they say, and what they
// share.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "bitline/mapping/cim_layer.h"

namespace bitline {

/// An encoding of one layer: plane weights c_i, and the digit b_i of a weight W.
struct WeightCode {
  std::vector<std::int64_t> plane_weights;
  std::function<std::int64_t(std::int64_t weight, std::int64_t plane)> digit;
  DigitRange column_digits;                  ///< digits that one converted column can hold
  std::vector<std::int64_t> largest_digits;  ///< of each plane
  Correction correction = {};
};

/// 2^width − 1.
std::int64_t largest_digit(int width);

/// Of the planes of digit_weights(): the last one may have fewer bits than a cell.
std::vector<std::int64_t> largest_digits(int bits, int width);

/// Bits of the largest |W| that sign and magnitude hold: n_w − 1, or n_w where −2^(n_w − 1) occurs.
int magnitude_bits(const IntegerLayer& layer);

}  // namespace bitline
