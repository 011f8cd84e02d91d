// A dense array on the host: element type, shape, shared buffer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "bitline/base/error.h"

namespace bitline {

/// Type of a tensor's elements.
enum class DType { kU8, kI8, kI16, kI32, kI64, kF32, kF64 };

/// Bytes of one element.
std::size_t size_of(DType dtype);
/// The name that safetensors uses, for example "F32".
std::string_view name_of(DType dtype);

namespace detail {
template <typename T>
struct DTypeOf;
template <>
struct DTypeOf<std::uint8_t> : std::integral_constant<DType, DType::kU8> {};
template <>
struct DTypeOf<std::int8_t> : std::integral_constant<DType, DType::kI8> {};
template <>
struct DTypeOf<std::int16_t> : std::integral_constant<DType, DType::kI16> {};
template <>
struct DTypeOf<std::int32_t> : std::integral_constant<DType, DType::kI32> {};
template <>
struct DTypeOf<std::int64_t> : std::integral_constant<DType, DType::kI64> {};
template <>
struct DTypeOf<float> : std::integral_constant<DType, DType::kF32> {};
template <>
struct DTypeOf<double> : std::integral_constant<DType, DType::kF64> {};
}  // namespace detail

/// Extent of each axis, the slowest first.
using Shape = std::vector<std::int64_t>;

/// Product of the extents. Throws Error when an extent is negative or the product overflows.
std::int64_t element_count(const Shape& shape);
/// For messages: "[64, 3, 3, 3]".
std::string to_string(const Shape& shape);

/// Row-major array. Copying a Tensor shares its buffer; clone() does not.
class Tensor {
 public:
  /// An empty F32 tensor of shape [0].
  Tensor() : Tensor(DType::kF32, {0}) {}
  /// Zero-filled.
  Tensor(DType dtype, Shape shape);
  /// With whatever the memory holds, for somebody who writes every element.
  static Tensor for_overwrite(DType dtype, Shape shape);

  /// Takes over memory that somebody else made: `buffer` holds the elements and its deleter frees
  /// them.
  Tensor(DType dtype, Shape shape, std::shared_ptr<std::byte[]> buffer);

  /// Copies `values` into a new tensor. Throws Error when their number is not that of `shape`.
  template <typename T>
  static Tensor of(Shape shape, std::span<const T> values) {
    Tensor tensor(detail::DTypeOf<T>::value, std::move(shape));
    check_count(tensor.shape(), values.size());
    std::copy(values.begin(), values.end(), tensor.data<T>().begin());
    return tensor;
  }

  /// Type of the elements.
  DType dtype() const { return dtype_; }
  /// Extent of each axis, the slowest first.
  const Shape& shape() const { return shape_; }
  /// Extent of one axis.
  std::int64_t dim(std::size_t axis) const { return shape_.at(axis); }
  /// Number of elements.
  std::int64_t size() const { return size_; }
  /// Size of the elements in bytes.
  std::size_t byte_size() const { return static_cast<std::size_t>(size_) * size_of(dtype_); }

  /// @{
  /// The elements. Throws Error when T is not the element type.
  template <typename T>
  std::span<T> data() {
    require(detail::DTypeOf<T>::value);
    return {reinterpret_cast<T*>(buffer_.get()), static_cast<std::size_t>(size_)};
  }
  template <typename T>
  std::span<const T> data() const {
    require(detail::DTypeOf<T>::value);
    return {reinterpret_cast<const T*>(buffer_.get()), static_cast<std::size_t>(size_)};
  }
  /// @}
  /// @{
  /// The elements as they lie in memory.
  std::span<std::byte> bytes() { return {buffer_.get(), byte_size()}; }
  std::span<const std::byte> bytes() const { return {buffer_.get(), byte_size()}; }
  /// @}

  /// The same elements under another shape; shares the buffer.
  Tensor reshaped(Shape shape) const;
  /// Entries first … last − 1 of the first axis; shares the buffer.
  Tensor slice(std::int64_t first, std::int64_t last) const;
  /// A copy with a buffer of its own.
  Tensor clone() const;

 private:
  void require(DType expected) const;
  static void check_count(const Shape& shape, std::size_t values);

  DType dtype_;
  Shape shape_;
  std::int64_t size_;
  std::shared_ptr<std::byte[]> buffer_;  // aligned to 64 bytes where it is our own
};

}  // namespace bitline
