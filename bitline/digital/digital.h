// Operators that stay digital, as plain loops over whole tensors: what the Executor runs between
// the layers on the array, and what the importer folds constants with. One stated order of
// operations each, so that a result depends on neither batch size, threads nor instruction set.
// Shapes or axes that do not fit throw Error. Functions of <cmath> are the C library's, whose last
// bit in double may differ between machines; rounding to float hides that but in rare cases.
#pragma once

#include <span>
#include <vector>

#include "bitline/graph/operators.h"

namespace bitline::digital {

// Element by element. F32 throughout; the formulas stand at the enumerators: those with e^x, a
// logarithm, a root or a power, and softsign, in double and rounded once, the rest in float.

/// F32, or I64 for abs and neg.
Tensor apply(const Unary& unary, const Tensor& x);
/// Broadcast as NumPy does. F32, or I64 for all but pow and prelu (div towards zero; throws Error
/// on division by 0 and where the result does not fit); both operands of one type.
Tensor apply(const Binary& binary, const Tensor& a, const Tensor& b);
/// Of `a` where `condition` is not 0, of `b` elsewhere; broadcast as NumPy does. `a` and `b` both
/// F32 or I64, `condition` either of them.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);
/// `thresholds` F32 [1 or extent of `axis`, count], ascending; NaN is below all of them. In double,
/// rounded once.
Tensor multi_threshold(const Tensor& x, const Tensor& thresholds, const MultiThreshold& op,
                       std::int64_t axis);

// Whatever only moves elements works on every element type. Axes count from the tensor's first.

/// Entries `indices` of one axis.
Tensor gather(const Tensor& x, std::int64_t axis, std::span<const std::int64_t> indices);
Tensor concat(std::span<const Tensor> parts, std::int64_t axis);
Tensor transpose(const Tensor& x, std::span<const std::int64_t> order);
/// F32, I32 or I64; `value`, an integer for integers, before and behind the entries of each axis.
Tensor pad(const Tensor& x, std::span<const std::int64_t> before,
           std::span<const std::int64_t> behind, double value);

// Sums, in double and in the order of memory. F32.

Tensor softmax(const Tensor& x, std::int64_t axis);
/// Over the last axes, as many as `scale` has; `shift` may be empty.
Tensor layer_norm(const Tensor& x, const Tensor& scale, const Tensor& shift, double epsilon);
/// x [images, channels, ...]; `scale` and `shift` [channels].
Tensor group_norm(const Tensor& x, const Tensor& scale, const Tensor& shift, const GroupNorm& norm);
Tensor reduce_mean(const Tensor& x, std::span<const std::int64_t> axes, bool keep_axes);
/// Each element of the result summed in float from k = 0 on.
Tensor mat_mul(const Tensor& a, const Tensor& b);

/// Sums of integers over axes, I32 to I64.
Tensor reduce_sum(const Tensor& x, std::span<const std::int64_t> axes, bool keep_axes);

// Windows over images. [images, channels, height, width]

/// F32 or I32. A window without a single place inside the image gives the type's lowest number.
Tensor max_pool(const Windows& windows, const Tensor& x);
/// Sums in double; a window over nothing gives 0. F32.
Tensor average_pool(const AveragePool& pool, const Tensor& x);
/// Sums of integers over the places of each window that lie in the image, I32 to I64.
Tensor sum_pool(const Windows& windows, const Tensor& x);
/// What average_pool() divides by, for every window of one plane of an image of `shape`.
std::vector<std::int64_t> window_sizes(const AveragePool& pool, const Shape& shape);
/// F32. `bias` may be empty. Each output summed in float, from the bias on, over input channels,
/// then kernel rows, then kernel columns.
Tensor conv_transpose(const ConvTranspose& conv, const Tensor& x, const Tensor& weight,
                      const Tensor& bias);

}  // namespace bitline::digital
