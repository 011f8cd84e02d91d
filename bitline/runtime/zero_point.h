// The zero point of a layer's input, folded into what follows the layer's sums: Σ W A counts it
// with every activation, and it is taken away again from the outputs.
#pragma once

#include <span>
#include <vector>

#include "bitline/quantize/integer_layer.h"

namespace bitline {

/// What the zero point of the input adds to a sum's real number, by output channel:
/// −s_a · s_w[o] · z_a · Σ_k W[o, k]. `scale`: s_a · s_w, one or one per output channel. Empty
/// where the zero point is 0.
std::vector<double> zero_offset_of(const IntegerLayer& layer, std::span<const double> scale);

}  // namespace bitline
