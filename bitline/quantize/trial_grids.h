// Integer grids for a float network that is only looked at.
#pragma once

#include "bitline/quantize/quantizers.h"

namespace bitline {

/// A float network on the grids of `options`, all values' steps 1: good for looking at its layout,
/// not for running it. A network with grids is returned as it is.
Network with_trial_grids(Network network, const QuantizeOptions& options);

}  // namespace bitline
