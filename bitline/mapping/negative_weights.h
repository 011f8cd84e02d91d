// How cells that hold a few levels hold weights of either sign; the table under equation (2) of
// docs/arithmetic.md. One function per encoding in negative_weights.cc is all that distinguishes
// them.
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

/// That of array.encoding. Throws Error (kUsage) for a layer that the encoding has no plane for.
WeightCode weight_code(const IntegerLayer& layer, const ArraySpec& array);

/// Bits of the largest |W| that sign and magnitude hold: n_w − 1, or n_w where −2^(n_w − 1) occurs.
int magnitude_bits(const IntegerLayer& layer);

}  // namespace bitline
