// Whatever moves elements and does not look at them.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <type_traits>

#include "bitline/base/fail.h"
#include "bitline/base/parallel.h"
#include "bitline/digital/axes.h"
#include "bitline/digital/digital.h"

namespace bitline::digital {
namespace {

constexpr std::int64_t kGrain = 16;  // rows that one thread takes at least

void require_axis(const Tensor& x, std::int64_t axis) {
  if (axis < 0 || axis >= std::ssize(x.shape()))
    fail("axis {} of a tensor of shape {}", axis, to_string(x.shape()));
}

std::int64_t bytes_of(DType dtype, std::int64_t elements) {
  return elements * static_cast<std::int64_t>(size_of(dtype));
}

void copy_bytes(const std::byte* from, std::int64_t bytes, std::byte* to) {
  std::memcpy(to, from, static_cast<std::size_t>(bytes));
}

/// Elements of `kSize` bytes, `stride` of them apart, one behind the other.
template <std::size_t kSize>
void collect(const std::byte* from, std::int64_t stride, std::int64_t count, std::byte* to) {
  constexpr auto kStep = static_cast<std::int64_t>(kSize);
  if (stride == 1) return copy_bytes(from, count * kStep, to);
  for (std::int64_t i = 0; i < count; ++i)
    std::memcpy(to + i * kStep, from + i * stride * kStep, kSize);
}

using Collect = void (*)(const std::byte*, std::int64_t, std::int64_t, std::byte*);

Collect collect_for(DType dtype) {
  switch (size_of(dtype)) {
    case 1:
      return collect<1>;
    case 2:
      return collect<2>;
    case 4:
      return collect<4>;
    default:
      return collect<8>;
  }
}

void require_order(const Tensor& x, std::span<const std::int64_t> order) {
  std::vector<std::int64_t> axes(order.begin(), order.end());
  std::ranges::sort(axes);
  std::vector<std::int64_t> wanted(x.shape().size());
  std::iota(wanted.begin(), wanted.end(), 0);
  if (axes != wanted)
    fail("{} is no order of the axes of a tensor of shape {}",
         to_string(Shape(order.begin(), order.end())), to_string(x.shape()));
}

/// Entry i of the result is entry order[i].
Shape permuted(const Shape& entries, std::span<const std::int64_t> order) {
  Shape result;
  for (const std::int64_t i : order) result.push_back(entries[static_cast<std::size_t>(i)]);
  return result;
}

/// Integers of more than 53 bits are not all doubles.
template <typename Integer>
void require_integer(double value) {
  constexpr double kMost =
      std::min(0x1p53, static_cast<double>(std::numeric_limits<Integer>::max()));
  if (!(std::abs(value) <= kMost) || value != std::floor(value))
    fail("integers are padded with {}; give an integer of at most {} and at least its negative",
         value, kMost);
}

template <typename Element>
Tensor filled(DType dtype, const Shape& shape, double value) {
  if constexpr (std::is_integral_v<Element>) require_integer<Element>(value);
  Tensor tensor(dtype, shape);
  std::ranges::fill(tensor.data<Element>(), static_cast<Element>(value));
  return tensor;
}

Tensor filled(DType dtype, const Shape& shape, double value) {
  switch (dtype) {
    case DType::kF32:
      return filled<float>(dtype, shape, value);
    case DType::kI32:
      return filled<std::int32_t>(dtype, shape, value);
    case DType::kI64:
      return filled<std::int64_t>(dtype, shape, value);
    default:
      fail("a tensor of {} is padded; supported are F32, I32 and I64", name_of(dtype));
  }
}

}  // namespace

Tensor gather(const Tensor& x, std::int64_t axis, std::span<const std::int64_t> indices) {
  require_axis(x, axis);
  Shape shape = x.shape();
  const std::int64_t extent = shape[static_cast<std::size_t>(axis)];
  for (const std::int64_t index : indices)
    if (index < 0 || index >= extent)
      fail("index {} along axis {} of a tensor of shape {}", index, axis, to_string(x.shape()));
  shape[static_cast<std::size_t>(axis)] = std::ssize(indices);
  Tensor result(x.dtype(), shape);
  const std::int64_t entry = bytes_of(x.dtype(), product(shape, axis + 1, std::ssize(shape)));
  const std::byte* from = x.bytes().data();
  std::byte* to = result.bytes().data();
  parallel_for(0, product(shape, 0, axis), kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::byte* next = to + begin * std::ssize(indices) * entry;
    for (std::int64_t i = begin; i < end; ++i)
      for (const std::int64_t index : indices) {
        copy_bytes(from + (i * extent + index) * entry, entry, next);
        next += entry;
      }
  });
  return result;
}

Tensor concat(std::span<const Tensor> parts, std::int64_t axis) {
  if (parts.empty()) fail("nothing to concatenate; give one tensor or more");
  require_axis(parts[0], axis);
  const auto at = static_cast<std::size_t>(axis);
  Shape shape = parts[0].shape();
  shape[at] = 0;
  for (const Tensor& part : parts) {
    Shape expected = part.shape();
    if (expected.size() == shape.size()) expected[at] = shape[at];
    if (expected != shape || part.dtype() != parts[0].dtype())
      fail("a tensor of {} and shape {} cannot stand behind one of {} and shape {} along axis {}",
           name_of(part.dtype()), to_string(part.shape()), name_of(parts[0].dtype()),
           to_string(parts[0].shape()), axis);
    shape[at] += part.dim(at);
  }
  Tensor result(parts[0].dtype(), shape);
  const std::int64_t rows = product(shape, 0, axis);
  const std::int64_t row = bytes_of(result.dtype(), product(shape, axis, std::ssize(shape)));
  std::byte* to = result.bytes().data();
  for (const Tensor& part : parts) {
    if (part.size() == 0) continue;
    const std::int64_t bytes = static_cast<std::int64_t>(part.byte_size()) / rows;
    for (std::int64_t i = 0; i < rows; ++i)
      copy_bytes(part.bytes().data() + i * bytes, bytes, to + i * row);
    to += bytes;
  }
  return result;
}

Tensor transpose(const Tensor& x, std::span<const std::int64_t> order) {
  require_order(x, order);
  if (order.empty() || x.size() == 0) return x.reshaped(permuted(x.shape(), order));
  const Shape strides = permuted(strides_of(x.shape()), order);
  Tensor result(x.dtype(), permuted(x.shape(), order));
  const Shape& shape = result.shape();
  const Collect collect_row = collect_for(x.dtype());
  const std::int64_t bytes = bytes_of(x.dtype(), shape.back());
  const std::byte* from = x.bytes().data();
  std::byte* to = result.bytes().data();
  parallel_for(0, x.size() / shape.back(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row)
      collect_row(from + bytes_of(x.dtype(), offset_of_row(row, shape, strides)), strides.back(),
                  shape.back(), to + row * bytes);
  });
  return result;
}

Tensor pad(const Tensor& x, std::span<const std::int64_t> before,
           std::span<const std::int64_t> behind, double value) {
  Shape shape = x.shape();
  if (before.size() != shape.size() || behind.size() != shape.size())
    fail("{} and {} pads for a tensor of shape {}; give one for each axis", before.size(),
         behind.size(), to_string(shape));
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (before[axis] < 0 || behind[axis] < 0)
      fail("pads {} and {} along axis {}; they have to be 0 or more", before[axis], behind[axis],
           axis);
    shape[axis] += before[axis] + behind[axis];
  }
  Tensor result = filled(x.dtype(), shape, value);
  if (x.size() == 0) return result;
  const Shape strides = strides_of(shape);
  std::int64_t corner = 0;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) corner += before[axis] * strides[axis];
  const std::int64_t row = x.shape().empty() ? 1 : x.shape().back();
  const std::int64_t bytes = bytes_of(x.dtype(), row);
  for (std::int64_t i = 0; i < x.size() / row; ++i) {
    const std::int64_t offset =
        x.shape().empty() ? 0 : corner + offset_of_row(i, x.shape(), strides);
    copy_bytes(x.bytes().data() + i * bytes, bytes,
               result.bytes().data() + bytes_of(x.dtype(), offset));
  }
  return result;
}

}  // namespace bitline::digital
