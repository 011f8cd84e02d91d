#include "bitline/base/tensor.h"

#include <array>
#include <cstring>
#include <new>
#include <utility>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

struct DTypeInfo {
  DType dtype;
  std::string_view name;
  std::size_t size;
};

constexpr std::array<DTypeInfo, 7> kDTypes{{{DType::kU8, "U8", 1},
                                            {DType::kI8, "I8", 1},
                                            {DType::kI16, "I16", 2},
                                            {DType::kI32, "I32", 4},
                                            {DType::kI64, "I64", 8},
                                            {DType::kF32, "F32", 4},
                                            {DType::kF64, "F64", 8}}};

constexpr std::align_val_t kAlignment{64};

std::size_t byte_count(DType dtype, const Shape& shape) {
  std::int64_t size = 0;
  if (__builtin_mul_overflow(element_count(shape), static_cast<std::int64_t>(size_of(dtype)),
                             &size))
    fail("shape {} is too large for {}", to_string(shape), name_of(dtype));
  return static_cast<std::size_t>(size);
}

std::shared_ptr<std::byte[]> buffer_of(DType dtype, const Shape& shape) {
  const std::size_t bytes = byte_count(dtype, shape);
  auto* memory = static_cast<std::byte*>(::operator new(bytes, kAlignment, std::nothrow));
  if (memory == nullptr)
    fail("no memory for a tensor of shape {}, {} bytes", to_string(shape), bytes);
  return {memory, [](std::byte* p) { ::operator delete(p, kAlignment); }};
}

}  // namespace

std::size_t size_of(DType dtype) { return kDTypes.at(static_cast<std::size_t>(dtype)).size; }

std::string_view name_of(DType dtype) { return kDTypes.at(static_cast<std::size_t>(dtype)).name; }

std::int64_t element_count(const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape)
    if (extent < 0 || __builtin_mul_overflow(count, extent, &count))
      fail("shape {} is negative or too large", to_string(shape));
  return count;
}

std::string to_string(const Shape& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

Tensor::Tensor(DType dtype, Shape shape)
    : dtype_(dtype),
      shape_(std::move(shape)),
      size_(element_count(shape_)),
      buffer_(buffer_of(dtype_, shape_)) {
  std::memset(buffer_.get(), 0, byte_count(dtype_, shape_));
}

Tensor Tensor::for_overwrite(DType dtype, Shape shape) {
  auto buffer = buffer_of(dtype, shape);
  return {dtype, std::move(shape), std::move(buffer)};
}

Tensor::Tensor(DType dtype, Shape shape, std::shared_ptr<std::byte[]> buffer)
    : dtype_(dtype),
      shape_(std::move(shape)),
      size_(element_count(shape_)),
      buffer_(std::move(buffer)) {}

Tensor Tensor::reshaped(Shape shape) const {
  if (element_count(shape) != size_)
    fail("a tensor of shape {} cannot take the shape {}", to_string(shape_), to_string(shape));
  Tensor view = *this;
  view.shape_ = std::move(shape);
  return view;
}

Tensor Tensor::slice(std::int64_t first, std::int64_t last) const {
  if (first < 0 || first > last || last > dim(0))
    fail("a tensor of shape {} has no entries {} to {}", to_string(shape_), first, last);
  Shape shape = shape_;
  shape[0] = last - first;
  const std::size_t entry = shape_[0] == 0 ? 0 : byte_size() / static_cast<std::size_t>(shape_[0]);
  std::byte* start = buffer_.get() + static_cast<std::size_t>(first) * entry;
  return {dtype_, std::move(shape), {buffer_, start}};
}

Tensor Tensor::clone() const {
  Tensor copy(dtype_, shape_);
  std::memcpy(copy.buffer_.get(), buffer_.get(), byte_size());
  return copy;
}

void Tensor::require(DType expected) const {
  if (dtype_ != expected) fail("a tensor of {} was read as {}", name_of(dtype_), name_of(expected));
}

void Tensor::check_count(const Shape& shape, std::size_t values) {
  if (static_cast<std::size_t>(element_count(shape)) != values)
    fail("a tensor of shape {} cannot hold {} values", to_string(shape), values);
}

}  // namespace bitline
