// Fake quantization with a learned step: the forward pass of the grid, the gradients of LSQ.
#pragma once

#include "bitline/graph/quant_spec.h"
#include "bitline/torch/libtorch.h"

namespace bitline {

/// v̂ = scale · (A − z) of equation (8), with the gradients of equations (9) and (11) for `value`
/// (F32, any dense layout) and `scale` (shape [1], or one per entry of the first axis). `spec`
/// gives the grid; its own scale is not read. `factor` is f of equation (11). On the CPU the
/// integers are those of Grid, the gradient of the step does not depend on the number of threads,
/// and value and step are handled in one pass; other devices go by LibTorch's own operator.
at::Tensor learned_step(const at::Tensor& value, const at::Tensor& scale, const QuantSpec& spec,
                        double factor);

}  // namespace bitline
