// The weights of a whole layer to cell digits; equation (2) of docs/arithmetic.md.
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

/// Throws Error (kUsage) that names the weight or the setting when the encoding cannot hold them.
/// The planes' digits stay empty without `with_digits`.
EncodedWeights encode_weights(const IntegerLayer& layer, const ArraySpec& array, bool with_digits);

}  // namespace bitline
