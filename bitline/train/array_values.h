// Values on their way onto the array and off it, in the layouts of LibTorch and of the engines. On
// the CPU each is one pass over memory, which LibTorch's operators, one by one, are not.
#pragma once

#include <functional>
#include <span>

#include "bitline/torch/libtorch.h"

namespace bitline {

/// Integers of a value that is scale · integer: I32 [images, channels, height, width] or of the
/// value's own shape, contiguous, `zero_point` added. `scale` is F32 [1]; no integer exceeds 2^22.
at::Tensor onto_array(const at::Tensor& value, const at::Tensor& scale, std::int64_t zero_point);

/// F32 total · factor − offset, channels last; of `totals`, I64 [images, channels, height, width],
/// with `factor` and `offset` F32 [channels].
at::Tensor off_array(const at::Tensor& totals, const at::Tensor& factor, const at::Tensor& offset);

/// What the array makes of the integers of so many images, [images, channels, height, width]:
/// totals in the same order. May be called by several threads at once.
using Accumulate = std::function<void(std::int64_t images, std::span<const std::int32_t> integers,
                                      std::span<std::int64_t> totals)>;

/// Whether through_array() takes the value: on the CPU, [images, channels, height, width] with its
/// channels last.
bool goes_through_array(const at::Tensor& value);
/// off_array() of what `accumulate` makes of onto_array(), a few images at a time, so that what
/// lies between stays in the caches. `totals` is the shape of one image's: channels, height, width.
at::Tensor through_array(const at::Tensor& value, const at::Tensor& scale, std::int64_t zero_point,
                         const at::Tensor& factor, const at::Tensor& offset, at::IntArrayRef totals,
                         const Accumulate& accumulate);

/// By channel, the slope of the least-squares line of `value` over `exact`, which have the same
/// shape: F32 [channels]; 1 where all exact values are alike. β of equation (19).
at::Tensor least_squares_slopes(const at::Tensor& exact, const at::Tensor& value,
                                std::int64_t channel_axis);

}  // namespace bitline
