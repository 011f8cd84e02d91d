// The library as a stranger meets it: installed, found by CMake, linked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <regex>
#include <sstream>
#include <string>

#include "bitline/base/file.h"
#include "bitline/testing/study.h"

namespace bitline {
namespace {

using testing::HasSubstr;

struct Outcome {
  int exit_code = 0;
  std::string output;
};

/// Of a command of the shell, with what it says on standard error.
Outcome run(const std::string& command) {
  Outcome outcome;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  for (int letter = std::fgetc(pipe); letter != EOF; letter = std::fgetc(pipe))
    outcome.output += static_cast<char>(letter);
  outcome.exit_code = WEXITSTATUS(::pclose(pipe));
  return outcome;
}

/// What a command prints that has to end well.
std::string output_of(const std::string& command) {
  const Outcome outcome = run(command);
  EXPECT_EQ(outcome.exit_code, 0) << command << '\n' << outcome.output;
  return outcome.output;
}

/// The library, installed once into a folder that is removed at the end.
class Package : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<test::TemporaryFolder>();
    output_of("cmake --install " BITLINE_BUILD " --prefix " + installed().string());
  }
  static void TearDownTestSuite() { folder_.reset(); }
  static std::filesystem::path installed() { return folder_->path() / "installed"; }
  static std::filesystem::path library() { return installed() / BITLINE_LIBDIR / "libbitline.so"; }

  /// The example's program, built against what is installed.
  static std::string example() {
    const std::filesystem::path build = folder_->path() / "example";
    output_of("cmake -G Ninja -S " BITLINE_SOURCE "/examples/library -B " + build.string() +
              " -D CMAKE_PREFIX_PATH=" + installed().string());
    output_of("cmake --build " + build.string());
    return (build / "find_levels").string();
  }

 private:
  static std::unique_ptr<test::TemporaryFolder> folder_;
};
std::unique_ptr<test::TemporaryFolder> Package::folder_;

TEST_F(Package, TheExampleFindsThePlansOfTheProgram) {
  const test::TestStudy study;
  const std::filesystem::path& folder = study.folder();
  write_file_atomically(folder / "study.toml", study.toml());
  const std::string program = (installed() / "bin/bitline").string();
  output_of(program + " search " + (folder / "study.toml").string() + " --out " + folder.string() +
            " --set array.rows=128 --set array.columns_per_adc=8" +
            " --set data.mean='[0.485, 0.456, 0.406]'" +
            " --set data.deviation='[0.229, 0.224, 0.225]'" +
            " --set search.ranges='[\"layer-wise\"]'");
  const std::string found =
      output_of(example() + " " + (folder / "network.safetensors").string() + " " +
                (folder / "search.safetensors").string() + " " + folder.string() + " 3 6");
  EXPECT_THAT(found, HasSubstr("lossless: "));
  for (const std::string levels : {"3", "6"})
    EXPECT_EQ(read_text_file(folder / ("L" + levels + ".json")),
              read_text_file(folder / ("L" + levels + "-layer-wise.json")));
}

TEST_F(Package, WhatTheLibraryRefusesIsOneLine) {
  const Outcome outcome = run(example() + " nowhere.safetensors images.safetensors plans 8");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, testing::StartsWith("find_levels: "));
  EXPECT_THAT(outcome.output, HasSubstr("nowhere.safetensors"));
  EXPECT_EQ(std::ranges::count(outcome.output, '\n'), 1) << outcome.output;
}

TEST_F(Package, HeadersIncludeTheStandardLibraryAndEachOtherAlone) {
  const std::filesystem::path headers = installed() / "include";
  const std::regex include("#include [<\"]([^>\"]+)[>\"]");
  int count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(headers)) {
    if (!entry.is_regular_file()) continue;
    ++count;
    std::istringstream text(read_text_file(entry.path()));
    std::smatch found;
    for (std::string line; std::getline(text, line);) {
      if (!std::regex_search(line, found, include)) continue;
      const std::string name = found[1];
      if (name.starts_with("bitline/"))
        EXPECT_TRUE(std::filesystem::exists(headers / name)) << entry.path() << ": " << name;
      else
        EXPECT_EQ(name.find_first_of("./"), std::string::npos) << entry.path() << ": " << name;
    }
  }
  EXPECT_GT(count, 10);
}

TEST_F(Package, TheLibraryShowsNamesOfBitlineAlone) {
  std::istringstream names(output_of("nm -D --defined-only " + library().string()));
  const std::regex own("^[0-9a-f]+ [A-Za-z] _Z(TI|TS|TV)?NK?7bitline.*");
  int count = 0;
  for (std::string line; std::getline(names, line); ++count)
    EXPECT_TRUE(std::regex_match(line, own)) << line;
  EXPECT_GT(count, 100);
}

TEST_F(Package, TheLibraryIsKnownByItsMinorVersion) {
  EXPECT_THAT(output_of("objdump -p " + library().string()),
              HasSubstr("SONAME               libbitline.so." BITLINE_SOVERSION "\n"));
}

}  // namespace
}  // namespace bitline
