#include "bitline/base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "bitline/testing/expect_error.h"
#include "bitline/testing/temporary_folder.h"

namespace bitline {
namespace {

namespace fs = std::filesystem;
using test::FolderTest;
using test::message_of;
using testing::AllOf;
using testing::HasSubstr;

class FileTest : public FolderTest {
 protected:
  std::size_t files_in_folder() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }
};

TEST_F(FileTest, ReadsBackWhatWasWritten) {
  const std::string text("one\ntwo\0three", 13);
  write_file_atomically(folder_ / "file", text);
  EXPECT_EQ(read_text_file(folder_ / "file"), text);
  EXPECT_EQ(read_file(folder_ / "file").size(), 13U);
}

TEST_F(FileTest, ReplacesAFileAndLeavesNoTemporaryOne) {
  write_file_atomically(folder_ / "file", "a long first version");
  write_file_atomically(folder_ / "file", "short");
  EXPECT_EQ(read_text_file(folder_ / "file"), "short");
  EXPECT_EQ(files_in_folder(), 1U);
}

// A process of the same number that was killed leaves them.
TEST_F(FileTest, LeavesTemporaryFilesOfOthersAlone) {
  const auto left = [this](int counter) {
    return folder_ / fmt::format(".file.tmp-{}-{}", ::getpid(), counter);
  };
  constexpr int kFiles = 200;
  for (int i = 0; i < kFiles; ++i) std::ofstream(left(i)) << "left";
  write_file_atomically(folder_ / "file", "new");
  EXPECT_EQ(read_text_file(folder_ / "file"), "new");
  for (int i = 0; i < kFiles; ++i) EXPECT_EQ(read_text_file(left(i)), "left") << i;
}

TEST_F(FileTest, WritesAnEmptyFile) {
  write_file_atomically(folder_ / "file", "");
  EXPECT_EQ(read_text_file(folder_ / "file"), "");
}

TEST_F(FileTest, WritesThroughALink) {
  write_file_atomically(folder_ / "real", "old");
  fs::create_symlink("real", folder_ / "link");
  write_file_atomically(folder_ / "link", "new");
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  EXPECT_EQ(read_text_file(folder_ / "real"), "new");
}

TEST_F(FileTest, WritesByABareNameIntoTheWorkingFolder) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  write_file_atomically("file", "here");
  fs::current_path(before);
  EXPECT_EQ(read_text_file(folder_ / "file"), "here");
}

TEST_F(FileTest, ReadingAMissingFileNamesIt) {
  EXPECT_THAT(message_of([&] { read_file(folder_ / "absent"); }),
              AllOf(HasSubstr((folder_ / "absent").string()), HasSubstr("No such file")));
}

TEST_F(FileTest, RefusesToReadAFolderOrADevice) {
  EXPECT_THAT(message_of([&] { read_file(folder_); }), HasSubstr("not a regular file"));
  EXPECT_THAT(message_of([&] { read_file("/dev/zero"); }), HasSubstr("not a regular file"));
}

TEST_F(FileTest, RefusesToReplaceADeviceOrAFolder) {
  // A rename over /dev/full would delete the device for everybody.
  EXPECT_THAT(message_of([&] { write_file_atomically("/dev/full", "x"); }),
              HasSubstr("not a regular file"));
  EXPECT_THAT(message_of([&] { write_file_atomically(folder_, "x"); }),
              HasSubstr("not a regular file"));
}

TEST_F(FileTest, AMissingFolderIsNamedWithTheRemedy) {
  EXPECT_THAT(message_of([&] { write_file_atomically(folder_ / "absent" / "file", "x"); }),
              AllOf(HasSubstr("absent/file"), HasSubstr("make the folder first")));
}

TEST_F(FileTest, AFullDiskIsNamedWithTheRemedy) {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  const std::string text = "does not fit";
  EXPECT_THAT(message_of([&] { write_all(full, std::as_bytes(std::span(text)), "results.csv"); }),
              AllOf(HasSubstr("cannot write results.csv: No space left on device"),
                    HasSubstr("free some space")));
  ::close(full);
}

// Runs `body` in a child process whose files may grow to `limit` bytes; its exit status.
template <typename Body>
int exit_status_under_size_limit(rlim_t limit, const Body& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limits{limit, limit};
    ::setrlimit(RLIMIT_FSIZE, &limits);
    ::_exit(body());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(FileTest, ALimitOnFileSizeKeepsTheOldFileAndNothingElse) {
  write_file_atomically(folder_ / "file", "old");
  constexpr int kAsExpected = 42;
  const int status = exit_status_under_size_limit(1000, [&] {
    // The first write takes 1,000 bytes, the second none: a short write, then EFBIG.
    const std::string message =
        message_of([&] { write_file_atomically(folder_ / "file", std::string(3000, 'x')); });
    return message.find("ulimit -f") != std::string::npos ? kAsExpected : 1;
  });
  EXPECT_EQ(status, kAsExpected);
  EXPECT_EQ(read_text_file(folder_ / "file"), "old");
  EXPECT_EQ(files_in_folder(), 1U);
}

TEST_F(FileTest, MakesAFolderWithItsParentsOnceOrTwice) {
  make_folder(folder_ / "a" / "b");
  make_folder(folder_ / "a" / "b");
  EXPECT_TRUE(fs::is_directory(folder_ / "a" / "b"));
}

TEST_F(FileTest, AFileInTheWayOfAFolderIsNamed) {
  write_file_atomically(folder_ / "taken", "x");
  EXPECT_THAT(message_of([&] { make_folder(folder_ / "taken"); }),
              AllOf(HasSubstr((folder_ / "taken").string()), HasSubstr("in the way")));
  EXPECT_THAT(message_of([&] { make_folder(folder_ / "taken" / "below"); }),
              HasSubstr((folder_ / "taken" / "below").string()));
}

TEST(SeenFrom, IsThePathThatLeadsThereFromTheFolder) {
  EXPECT_EQ(seen_from("runs/first", "examples"), "../../examples");
  EXPECT_EQ(seen_from("examples", "mine/b.onnx"), "../mine/b.onnx");
  EXPECT_EQ(seen_from("", "a.onnx"), "a.onnx");
  EXPECT_EQ(seen_from("/a/b", "/a/c"), "../c");
}

TEST(FolderName, IsTheLastOfTheWholePath) {
  EXPECT_EQ(folder_name("runs/first"), "first");
  EXPECT_EQ(folder_name("runs/first/"), "first");
  EXPECT_EQ(folder_name("runs/first/.."), "runs");
  EXPECT_EQ(folder_name("."), std::filesystem::current_path().filename());
}

}  // namespace
}  // namespace bitline
