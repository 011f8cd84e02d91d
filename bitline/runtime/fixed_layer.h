// A layer's output under `requantize = "fixed"`.
#pragma once

#include "bitline/runtime/fixed_requantization.h"
#include "bitline/runtime/lowering.h"
#include "bitline/runtime/value.h"

namespace bitline {

/// Where the outputs of a layer go that (8b) applies to: the grid of its value, or units of the one
/// that the value is added or averaged on, `bits` of them per step, fewer where 32 bits would not
/// hold 16 times the grid. Nothing where it has neither: it stays with (7).
std::optional<FixedTarget> fixed_target(const Step& step, int bits);

/// finish_layer() by (8b): sums are whole numbers of at most `largest_sum`. An addend of real
/// numbers is put on such units of the target's step first.
Value finish_fixed(const Step& step, const FixedTarget& target, const Tensor& sums,
                   const Shape& shape, const ChannelAffine& affine, const Value* addend,
                   std::int64_t largest_sum);

}  // namespace bitline
