#include "bitline/base/stored_type.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

using Widen = StoredType::Widen;

struct NamedType {
  std::string_view name;
  StoredType type;
};

constexpr NamedType kTypes[] = {
    {"U8", {DType::kU8, Widen::kNone}},    {"I8", {DType::kI8, Widen::kNone}},
    {"I16", {DType::kI16, Widen::kNone}},  {"I32", {DType::kI32, Widen::kNone}},
    {"I64", {DType::kI64, Widen::kNone}},  {"F32", {DType::kF32, Widen::kNone}},
    {"F64", {DType::kF64, Widen::kNone}},  {"F16", {DType::kF32, Widen::kHalf}},
    {"BF16", {DType::kF32, Widen::kBrain}}};

float from_brain(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

// 1 bit of sign, 5 of exponent with a bias of 15, 10 of fraction.
float from_half(std::uint16_t bits) {
  constexpr int kInfinite = 31;
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000U) << 16;
  const int exponent = bits >> 10 & 31;
  const std::uint32_t fraction = bits & 0x3ffU;
  if (exponent == kInfinite) return std::bit_cast<float>(sign | 0x7f800000U | fraction << 13);
  // Without an exponent there is no leading one, and the unit is 2^-24.
  const auto magnitude = static_cast<float>(exponent == 0 ? fraction : fraction | 0x400U);
  const float value = std::ldexp(magnitude, std::max(exponent, 1) - 25);
  return sign == 0 ? value : -value;
}

Tensor widened(Shape shape, std::span<const std::byte> bytes, float (*widen)(std::uint16_t)) {
  Tensor tensor(DType::kF32, std::move(shape));
  for (float& value : tensor.data<float>()) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, bytes.data(), sizeof(bits));
    bytes = bytes.subspan(sizeof(bits));
    value = widen(bits);
  }
  return tensor;
}

}  // namespace

std::size_t StoredType::size() const { return widen == Widen::kNone ? size_of(dtype) : 2; }

StoredType stored_type_from_name(std::string_view name) {
  for (const NamedType& named : kTypes)
    if (named.name == name) return named.type;
  fail("element type '{}' is not supported; supported: U8, I8, I16, I32, I64, F32, F64, F16, BF16",
       name);
}

Tensor tensor_of_stored(StoredType type, Shape shape, std::span<const std::byte> bytes) {
  const auto count = static_cast<std::size_t>(element_count(shape));
  // Division, since count times size may not fit 64 bits.
  if (bytes.size() % type.size() != 0 || bytes.size() / type.size() != count)
    fail("{} bytes do not hold {} elements of {} bytes", bytes.size(), count, type.size());
  if (type.widen == Widen::kHalf) return widened(std::move(shape), bytes, from_half);
  if (type.widen == Widen::kBrain) return widened(std::move(shape), bytes, from_brain);
  Tensor tensor(type.dtype, std::move(shape));
  std::ranges::copy(bytes, tensor.bytes().begin());
  return tensor;
}

}  // namespace bitline
