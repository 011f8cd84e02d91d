// Element types as files hold them: those of a Tensor, and two of 16 bits that become F32.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "bitline/base/tensor.h"

namespace bitline {

struct StoredType {
  enum class Widen {
    kNone,
    kHalf,  ///< IEEE 754 binary16
    kBrain  ///< bfloat16: the upper half of an F32
  };
  DType dtype = DType::kF32;  ///< of the Tensor that the elements become
  Widen widen = Widen::kNone;

  /// Bytes of one element in the file.
  std::size_t size() const;
};

/// By the name that safetensors uses, for example "F32", "F16", "BF16". Throws Error for a name
/// that is not in the list.
StoredType stored_type_from_name(std::string_view name);

/// The tensor of row-major, little-endian elements; every value is kept exactly. Throws Error when
/// the number of bytes is not that of the shape.
Tensor tensor_of_stored(StoredType type, Shape shape, std::span<const std::byte> bytes);

}  // namespace bitline
