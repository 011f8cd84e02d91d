// What the tests of this folder share.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "bitline/base/error.h"

namespace bitline {

/// A folder of its own for each test, removed at the end.
class FolderTest : public testing::Test {
 protected:
  FolderTest()
      : folder_(std::filesystem::path(testing::TempDir()) /
                fmt::format("bitline_data_{}_{}", ::getpid(),
                            testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::create_directories(folder_);
  }
  ~FolderTest() override { std::filesystem::remove_all(folder_); }

  const std::filesystem::path folder_;
};

/// The message of the Error that `body` throws.
template <typename Body>
std::string message_of(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

/// The folder with the complete published datasets, empty where there is none.
inline std::filesystem::path published_data() {
  const char* folder = std::getenv("BITLINE_DATA");
  return folder == nullptr ? "" : folder;
}

}  // namespace bitline
