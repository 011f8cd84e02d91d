// Values on a grid while it is learned: the forward pass of the grid, the gradients of LSQ. Each is
// one pass over memory, on all threads.
#pragma once

#include <span>
#include <vector>

#include "bitline/graph/quant_spec.h"

namespace bitline {

/// v̂ = s (A − z) of equation (8). `values` are cut into as many equal parts, one behind the other,
/// as there are `steps`; `spec` gives the grid, which rounds half to even; its own scale is not
/// read.
void fake_quantize(std::span<const float> values, std::span<const float> steps,
                   const QuantSpec& spec, std::span<float> output);

/// The gradients of equations (9) and (11): writes that of every value to `below`, from `above`,
/// that of its v̂; returns that of every step, without f. Does not depend on the number of threads.
std::vector<double> fake_quantize_gradients(std::span<const float> values,
                                            std::span<const float> steps, const QuantSpec& spec,
                                            std::span<const float> above, std::span<float> below);

}  // namespace bitline
