// Files of the folder testdata/ beside a test, and bytes.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace bitline::test {

inline std::filesystem::path testdata(std::string_view name) {
  return std::filesystem::path(BITLINE_TESTDATA) / name;
}

inline std::vector<std::byte> bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

}  // namespace bitline::test
