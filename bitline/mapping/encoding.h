// Weights to cell digits; equation (2) of docs/arithmetic.md. One function per encoding in
// encoding.cc is all that distinguishes them.
#pragma once

#include "bitline/mapping/cim_layer.h"

namespace bitline {

/// What an encoding makes of a layer's weights.
struct EncodedWeights {
  WeightPlanes planes;
  Correction correction;
  DigitRange column_digits;                  ///< digits that one converted column can hold
  std::vector<std::int64_t> largest_digits;  ///< of each plane
};

/// Bits of the largest |W| that sign and magnitude hold: n_w − 1, or n_w where −2^(n_w − 1) occurs.
int magnitude_bits(const IntegerLayer& layer);

/// Throws Error (kUsage) that names the weight or the setting when the encoding cannot hold them.
EncodedWeights encode_weights(const IntegerLayer& layer, const ArraySpec& array);

}  // namespace bitline
