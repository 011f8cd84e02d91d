// Writes NumPy's format for tests that read it.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bitline::test {

/// An .npy file of version 1 with this header and content.
inline std::vector<std::byte> npy_with(std::string_view header,
                                       std::span<const std::byte> content) {
  std::string start("\x93NUMPY\x01\x00", 8);
  start += static_cast<char>(header.size() % 256);
  start += static_cast<char>(header.size() / 256);
  start += header;
  const auto bytes = std::as_bytes(std::span(start));
  std::vector<std::byte> file(bytes.begin(), bytes.end());
  file.insert(file.end(), content.begin(), content.end());
  return file;
}

/// As NumPy writes an array: `descr` such as "<f4", `shape` such as "(2, 3)".
template <typename T>
std::vector<std::byte> npy_of(const std::string& descr, const std::string& shape,
                              const std::vector<T>& values) {
  return npy_with(
      "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }  \n",
      std::as_bytes(std::span(values)));
}

}  // namespace bitline::test
