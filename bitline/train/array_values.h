// Values on their way onto the array and off it, in the layouts of LibTorch and of the engines. On
// the CPU each is one pass over memory, which LibTorch's operators, one by one, are not.
#pragma once

#include "bitline/torch/libtorch.h"

namespace bitline {

/// Integers of a value that is scale · integer: I32 [images, channels, height, width] or of the
/// value's own shape, contiguous, `zero_point` added. `scale` is F32 [1]; no integer exceeds 2^22.
at::Tensor onto_array(const at::Tensor& value, const at::Tensor& scale, std::int64_t zero_point);

/// F32 total · factor − offset, channels last; of `totals`, I64 [images, channels, height, width],
/// with `factor` and `offset` F32 [channels].
at::Tensor off_array(const at::Tensor& totals, const at::Tensor& factor, const at::Tensor& offset);

/// By channel, the slope of the least-squares line of `value` over `exact`, which have the same
/// shape: F32 [channels]; 1 where all exact values are alike. β of equation (19).
at::Tensor least_squares_slopes(const at::Tensor& exact, const at::Tensor& value,
                                std::int64_t channel_axis);

}  // namespace bitline
