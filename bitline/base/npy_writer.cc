#include "bitline/base/npy_writer.h"

#include <algorithm>
#include <bit>
#include <iterator>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

std::string_view descriptor(DType dtype) {
  static_assert(std::endian::native == std::endian::little);
  switch (dtype) {
    case DType::kU8:
      return "|u1";
    case DType::kI8:
      return "|i1";
    case DType::kI16:
      return "<i2";
    case DType::kI32:
      return "<i4";
    case DType::kI64:
      return "<i8";
    case DType::kF32:
      return "<f4";
    case DType::kF64:
      return "<f8";
  }
  fail("element type {} is not known", static_cast<int>(dtype));
}

/// As Python writes it: "(3,)".
std::string tuple(const Shape& shape) {
  return fmt::format("({}{})", fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
}

}  // namespace

std::vector<std::byte> npy_file(const Tensor& tensor) {
  constexpr std::size_t kPreamble = 10;
  constexpr std::size_t kAlignment = 64;
  constexpr std::size_t kByte = 256;
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}",
                                   descriptor(tensor.dtype()), tuple(tensor.shape()));
  header.append(kAlignment - 1 - (kPreamble + header.size()) % kAlignment, ' ');
  header += '\n';
  std::string start("\x93NUMPY\x01\x00", 8);
  start += static_cast<char>(header.size() % kByte);
  start += static_cast<char>(header.size() / kByte);
  start += header;
  std::vector<std::byte> file;
  file.reserve(start.size() + tensor.byte_size());
  std::ranges::transform(start, std::back_inserter(file),
                         [](char c) { return static_cast<std::byte>(c); });
  std::ranges::copy(tensor.bytes(), std::back_inserter(file));
  return file;
}

}  // namespace bitline
