#include "bitline/importer/onnx_tensor.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <fstream>
#include <limits>
#include <string>

#include "bitline/base/fail.h"
#include "bitline/base/rational.h"

namespace bitline {
namespace {

using onnx::TensorProto;

float from_half(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000U) << 16;
  const std::uint32_t exponent = half >> 10 & 0x1F;
  const std::uint32_t fraction = half & 0x3FF;
  if (exponent == 0) {  // zero or subnormal: fraction · 2^−24
    const float magnitude = static_cast<float>(fraction) * 0x1p-24F;
    return sign != 0 ? -magnitude : magnitude;
  }
  const std::uint32_t wide = exponent == 31 ? 255 : exponent + 112;
  return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
}

float from_bfloat(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

template <typename To, typename From, typename Convert>
Tensor convert(const Shape& shape, const void* data, const Convert& conversion) {
  Tensor tensor(std::is_same_v<To, float> ? DType::kF32 : DType::kI64, shape);
  std::size_t offset = 0;
  for (To& element : tensor.data<To>()) {
    From from;
    std::memcpy(&from, static_cast<const char*>(data) + offset, sizeof from);
    offset += sizeof from;
    element = conversion(from);
  }
  return tensor;
}

template <typename From>
Tensor floats(const Shape& shape, const void* data) {
  return convert<float, From>(shape, data, [](From v) { return static_cast<float>(v); });
}

template <typename From>
Tensor integers(const Shape& shape, const void* data) {
  return convert<std::int64_t, From>(shape, data,
                                     [](From v) { return static_cast<std::int64_t>(v); });
}

std::size_t bytes_of(int type) {
  switch (type) {
    case TensorProto::FLOAT:
    case TensorProto::INT32:
    case TensorProto::UINT32:
      return 4;
    case TensorProto::DOUBLE:
    case TensorProto::INT64:
    case TensorProto::UINT64:
      return 8;
    case TensorProto::FLOAT16:
    case TensorProto::BFLOAT16:
    case TensorProto::INT16:
    case TensorProto::UINT16:
      return 2;
    case TensorProto::INT8:
    case TensorProto::UINT8:
    case TensorProto::BOOL:
      return 1;
    default:
      fail(
          "elements of type {} are not supported; supported are floating-point numbers, integers "
          "and booleans",
          name_of_element_type(type));
  }
}

Tensor from_bytes(int type, const Shape& shape, const void* data) {
  switch (type) {
    case TensorProto::FLOAT:
      return floats<float>(shape, data);
    case TensorProto::DOUBLE:
      return floats<double>(shape, data);
    case TensorProto::FLOAT16:
      return convert<float, std::uint16_t>(shape, data, from_half);
    case TensorProto::BFLOAT16:
      return convert<float, std::uint16_t>(shape, data, from_bfloat);
    case TensorProto::INT64:
    case TensorProto::UINT64:
      return integers<std::int64_t>(shape, data);
    case TensorProto::INT32:
      return integers<std::int32_t>(shape, data);
    case TensorProto::UINT32:
      return integers<std::uint32_t>(shape, data);
    case TensorProto::INT16:
      return integers<std::int16_t>(shape, data);
    case TensorProto::UINT16:
      return integers<std::uint16_t>(shape, data);
    case TensorProto::INT8:
      return integers<std::int8_t>(shape, data);
    default:
      return integers<std::uint8_t>(shape, data);
  }
}

Shape shape_of(const TensorProto& proto) {
  Shape shape(proto.dims().begin(), proto.dims().end());
  element_count(shape);  // checks
  return shape;
}

/// What the entry `key` of external data says; `fallback` without it.
std::string external_entry(const TensorProto& proto, std::string_view key, std::string fallback) {
  for (const auto& entry : proto.external_data())
    if (entry.key() == key) return entry.value();
  return fallback;
}

std::uintmax_t external_number(const TensorProto& proto, std::string_view key,
                               std::uintmax_t fallback) {
  const std::string text = external_entry(proto, key, std::to_string(fallback));
  std::uintmax_t number = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9' || number > std::numeric_limits<std::uintmax_t>::max() / 10 - 9)
      fail("external data: {} '{}' is not a number of bytes", key, text);
    number = number * 10 + static_cast<std::uintmax_t>(digit - '0');
  }
  return number;
}

/// A link out of the folder would read what the model's author has no right to see.
void check_inside(const std::filesystem::path& folder, const std::filesystem::path& path) {
  std::error_code error;
  const auto root = std::filesystem::weakly_canonical(folder.empty() ? "." : folder, error);
  const auto target = std::filesystem::weakly_canonical(path, error);
  const auto [end, rest] = std::ranges::mismatch(root, target);
  if (end != root.end())
    fail("external data: {} is a link out of the model's folder; put the file itself there",
         path.string());
}

std::string read_external(const TensorProto& proto, const std::filesystem::path& folder,
                          std::size_t bytes) {
  const std::filesystem::path location = external_entry(proto, "location", "");
  if (location.empty() || location.is_absolute())
    fail("external data at '{}'; name a file in the model's folder", location.string());
  for (const auto& part : location)
    if (part == "..") fail("external data at '{}' leave the model's folder", location.string());
  const std::filesystem::path path = folder / location;
  check_inside(folder, path);
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) fail("external data: {} cannot be read: {}", path.string(), error.message());
  const std::uintmax_t offset = external_number(proto, "offset", 0);
  const std::uintmax_t length = external_number(proto, "length", bytes);
  if (length != bytes || offset > size || bytes > size - offset)
    fail("external data: {} bytes at {} of {}, which has {}; {} are needed", length, offset,
         path.string(), size, bytes);
  std::string data(bytes, '\0');
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  if (!file.read(data.data(), static_cast<std::streamsize>(bytes)))
    fail("external data: {} cannot be read", path.string());
  return data;
}

template <typename From, typename Field>
Tensor from_field(const Shape& shape, const Field& field) {
  if (field.size() != element_count(shape))
    fail("{} elements where shape {} needs {}", field.size(), to_string(shape),
         element_count(shape));
  if constexpr (std::is_floating_point_v<From>)
    return floats<From>(shape, field.data());
  else
    return integers<From>(shape, field.data());
}

/// Types of 16 bits and less stand in 32-bit integers of their own.
Tensor from_small_field(int type, const Shape& shape, const TensorProto& proto) {
  if (type != TensorProto::FLOAT16 && type != TensorProto::BFLOAT16)
    return from_field<std::int32_t>(shape, proto.int32_data());
  if (proto.int32_data_size() != element_count(shape))
    fail("{} elements where shape {} needs {}", proto.int32_data_size(), to_string(shape),
         element_count(shape));
  const auto conversion = type == TensorProto::FLOAT16 ? from_half : from_bfloat;
  return convert<float, std::int32_t>(
      shape, proto.int32_data().data(),
      [conversion](std::int32_t bits) { return conversion(static_cast<std::uint16_t>(bits)); });
}

/// Several elements in a byte, the first one in its lowest bits; `packed` are those bytes.
Tensor from_packed(const Shape& shape, const std::string& packed, const IntegerType& type) {
  const auto bits = static_cast<std::size_t>(type.bits);
  const std::size_t per_byte = 8 / bits;
  const int span = 1 << type.bits;
  Tensor tensor(DType::kI64, shape);
  const std::span<std::int64_t> elements = tensor.data<std::int64_t>();
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const int part = static_cast<std::uint8_t>(packed[i / per_byte]) >> (i % per_byte * bits);
    const int element = part & (span - 1);
    elements[i] = type.is_signed && element >= span / 2 ? element - span : element;
  }
  return tensor;
}

/// The bytes of elements that share them.
std::string packed_bytes(const TensorProto& proto, const std::filesystem::path& folder,
                         std::size_t bytes) {
  if (proto.data_location() == TensorProto::EXTERNAL) return read_external(proto, folder, bytes);
  if (proto.has_raw_data()) return proto.raw_data();
  std::string packed;
  for (const std::int32_t byte : proto.int32_data()) packed.push_back(static_cast<char>(byte));
  return packed;
}

Tensor tensor_of_packed(const TensorProto& proto, const std::filesystem::path& folder) {
  const Shape shape = shape_of(proto);
  const IntegerType type = integer_type(proto.data_type());
  const auto bytes = static_cast<std::size_t>(ceil_div(element_count(shape), 8 / type.bits));
  const std::string packed = packed_bytes(proto, folder, bytes);
  if (packed.size() != bytes)
    fail("{} bytes where shape {} of {} needs {}", packed.size(), to_string(shape),
         name_of_element_type(proto.data_type()), bytes);
  return from_packed(shape, packed, type);
}

}  // namespace

IntegerType integer_type(int type) {
  switch (type) {
    case kUint2:
      return {2, false};
    case kInt2:
      return {2, true};
    case kUint4:
      return {4, false};
    case kInt4:
      return {4, true};
    case TensorProto::UINT8:
      return {8, false};
    case TensorProto::INT8:
      return {8, true};
    case TensorProto::UINT16:
      return {16, false};
    case TensorProto::INT16:
      return {16, true};
    case TensorProto::INT32:
      return {32, true};
    case TensorProto::UINT32:
      return {32, false};
    default:
      return {};
  }
}

std::string name_of_element_type(int type) {
  if (type == kUint2) return "UINT2";
  if (type == kInt2) return "INT2";
  if (type == kUint4) return "UINT4";
  if (type == kInt4) return "INT4";
  return onnx::TensorProto_DataType_IsValid(type)
             ? onnx::TensorProto_DataType_Name(static_cast<onnx::TensorProto_DataType>(type))
             : std::to_string(type);
}

bool is_floating_point(int type) {
  return type == TensorProto::FLOAT || type == TensorProto::DOUBLE ||
         type == TensorProto::FLOAT16 || type == TensorProto::BFLOAT16;
}

Tensor tensor_of(const TensorProto& proto, const std::filesystem::path& folder) {
  const int type = proto.data_type();
  if (const int bits = integer_type(type).bits; bits == 2 || bits == 4)
    return tensor_of_packed(proto, folder);
  const Shape shape = shape_of(proto);
  const std::size_t size = bytes_of(type);
  const auto count = static_cast<std::size_t>(element_count(shape));
  if (count > std::numeric_limits<std::int64_t>::max() / size)
    fail("shape {} is too large", to_string(shape));
  if (proto.data_location() == TensorProto::EXTERNAL)
    return from_bytes(type, shape, read_external(proto, folder, count * size).data());
  if (proto.has_raw_data()) {
    if (proto.raw_data().size() != count * size)
      fail("{} bytes where shape {} of {} needs {}", proto.raw_data().size(), to_string(shape),
           name_of_element_type(type), count * size);
    return from_bytes(type, shape, proto.raw_data().data());
  }
  if (type == TensorProto::FLOAT) return from_field<float>(shape, proto.float_data());
  if (type == TensorProto::DOUBLE) return from_field<double>(shape, proto.double_data());
  if (type == TensorProto::INT64) return from_field<std::int64_t>(shape, proto.int64_data());
  if (type == TensorProto::UINT64 || type == TensorProto::UINT32)
    return from_field<std::uint64_t>(shape, proto.uint64_data());
  return from_small_field(type, shape, proto);
}

}  // namespace bitline
