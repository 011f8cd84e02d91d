// What the tests of this folder share.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bitline/base/file.h"
#include "bitline/graph/test_networks.h"

namespace bitline {

inline std::filesystem::path testdata(std::string_view name) {
  return std::filesystem::path(BITLINE_TESTDATA) / name;
}

inline std::vector<std::byte> bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

using testing_networks::message_of;

}  // namespace bitline
