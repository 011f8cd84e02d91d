// The complete published datasets, where this machine has them.
#pragma once

#include <cstdlib>
#include <filesystem>

namespace bitline::test {

/// The folder with the complete published datasets, empty where there is none.
inline std::filesystem::path published_data() {
  const char* folder = std::getenv("BITLINE_DATA");
  return folder == nullptr ? "" : folder;
}

}  // namespace bitline::test
