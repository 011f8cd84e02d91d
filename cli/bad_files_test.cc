// Places that cannot be written: folders in the way, folders in use, full disks. Exit code 1, and
// nothing half-written is left.
#include <sys/file.h>

#include "bitline/testing/program.h"
#include "bitline/testing/program_study.h"

namespace bitline::cli {
namespace {

using test::Call;
using test::kNoTraining;
using test::kStudy;
using test::Outcome;
using test::StudyTest;
using test::trains;

namespace fs = std::filesystem;

constexpr int kUsage = 2;
constexpr int kFailure = 1;

const std::string kNoOutput = "cannot write to standard output; free some space";

class BadFilesTest : public StudyTest {
 protected:
  /// A call whose files may not grow beyond `bytes`, as on a disk that fills up.
  Call limited(rlim_t bytes) const {
    Call limited = call();
    limited.largest_file = bytes;
    return limited;
  }
  Call to_full_disk() const {
    Call full = call();
    full.output = "/dev/full";
    return full;
  }
  void expect_no_temporary_files() const {
    for (const std::string& file : files())
      EXPECT_THAT(file, testing::Not(testing::HasSubstr("tmp")));
  }
};

TEST_F(BadFilesTest, FileInPlaceOfTheRunFolderIsNamed) {
  write("out", "a file");
  expect_refusal({"run", "study.toml", "--out", "out"}, kFailure,
                 {"run folder", "out", "choose another"});
  EXPECT_EQ(read("out"), "a file");
}

TEST_F(BadFilesTest, FileAmongTheParentsOfTheRunFolderIsNamed) {
  write("out", "a file");
  expect_refusal({"run", "study.toml", "--out", "out/a/b"}, kFailure,
                 {"cannot make the folder out/a/b", "a file is in the way of a folder"});
}

TEST_F(BadFilesTest, FileInPlaceOfAFolderForPlansIsNamed) {
  write("out", "a file");
  expect_refusal({"search", "study.toml", "--out", "out"}, kFailure, {"folder out", "choose"});
}

TEST_F(BadFilesTest, FileInPlaceOfTheFolderOfATrainedNetworkIsNamed) {
  if (!trains()) GTEST_SKIP() << kNoTraining;
  write("out", "a file");
  write("study.toml", std::string(kStudy) + "[train]\nholdout = 0\noutput = \"out/t\"\n");
  expect_refusal({"train", "study.toml"}, kFailure, {"folder out", "choose"});
}

// A run holds the kernel's lock on the file, which names its process.
TEST_F(BadFilesTest, RunFolderInUseIsRefusedWithTheNumberOfItsUser) {
  make_folder(folder() / "out");
  write("out/.lock", "4711");
  const int lock = ::open((folder() / "out/.lock").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(lock, LOCK_EX | LOCK_NB), 0);
  expect_refusal(
      {"run", "study.toml", "--out", "out"}, kFailure,
      {"run folder out is in use by process 4711", "wait, or choose another with --out"});
  ::close(lock);
}

TEST_F(BadFilesTest, RunFolderWithADamagedManifestIsNamed) {
  make_folder(folder() / "out");
  write("out/manifest.json", "{");
  expect_refusal({"run", "study.toml", "--out", "out"}, kFailure,
                 {"out/manifest.json is damaged", "delete it", "choose another folder"});
}

// 4 KiB take every file but the histograms, and 400 bytes do not take the manifest of many stages.
TEST_F(BadFilesTest, RunOnADiskThatFillsUpStopsAndGoesOnOnceThereIsSpace) {
  for (const rlim_t bytes : {rlim_t{400}, rlim_t{4096}}) {
    const Outcome outcome = run({"run", "study.toml", "--out", "out"}, limited(bytes));
    EXPECT_EQ(outcome.exit_code, kFailure);
    expect_error(outcome, {"cannot write out/", "File too large; raise the limit"});
    expect_no_temporary_files();
    EXPECT_FALSE(fs::exists(folder() / "out/plan.json"));
  }
  EXPECT_EQ(run({"run", "study.toml", "--out", "out"}).exit_code, 0);
  EXPECT_EQ(run({"run", "study.toml", "--out", "new"}).exit_code, 0);
  EXPECT_EQ(read("out/plan.json"), read("new/plan.json"));
  EXPECT_EQ(read("out/results.csv"), read("new/results.csv"));
}

// The journal of scores alone exceeds 200 bytes.
TEST_F(BadFilesTest, SearchOnADiskThatFillsUpStopsAndGoesOnOnceThereIsSpace) {
  const Outcome outcome = run({"search", "study.toml", "--out", "out"}, limited(200));
  EXPECT_EQ(outcome.exit_code, kFailure);
  expect_error(outcome, {"out/L3-layer-wise.journal", "File too large; raise the limit"});
  EXPECT_FALSE(fs::exists(folder() / "out/L3-layer-wise.json"));
  EXPECT_EQ(run({"search", "study.toml", "--out", "out"}).exit_code, 0);
  EXPECT_TRUE(fs::exists(folder() / "out/L3-layer-wise.json"));
}

TEST_F(BadFilesTest, TrainingOnADiskThatFillsUpLeavesNoPartOfACheckpoint) {
  if (!trains()) GTEST_SKIP() << kNoTraining;
  write("study.toml", std::string(kStudy) + "[train]\nepochs = 1\nholdout = 0\noutput = \"t\"\n");
  expect_refusal({"train", "study.toml"}, limited(1000), kFailure,
                 {"cannot write t.checkpoint: File too large; raise the limit"});
}

TEST_F(BadFilesTest, SampleOnADiskThatFillsUpLeavesNoPartOfAFile) {
  expect_refusal({"sample", "study.toml", "--per-class", "5", "--out", "s"}, limited(1000),
                 kFailure, {"cannot write s: File too large; raise the limit"});
}

TEST_F(BadFilesTest, DeviceInPlaceOfAFileIsRefused) {
  expect_refusal({"sample", "study.toml", "--per-class", "5", "--out", "/dev/full"}, kFailure,
                 {"cannot write /dev/full: it exists and is not a regular file", "another name"});
}

TEST_F(BadFilesTest, MissingFolderOfAnOutputFileIsNamed) {
  expect_refusal({"sample", "study.toml", "--per-class", "5", "--out", "a/s"}, kFailure,
                 {"cannot write a/s: No such file or directory; make the folder first"});
}

TEST_F(BadFilesTest, TableThatDoesNotFitTheDiskIsAnError) {
  expect_refusal({"inspect", "study.toml"}, to_full_disk(), kFailure, {kNoOutput});
}

// Printed line by line while training goes on; the network is whole all the same.
TEST_F(BadFilesTest, EpochLinesThatDoNotFitTheDiskAreAnErrorAtTheEnd) {
  if (!trains()) GTEST_SKIP() << kNoTraining;
  write("study.toml", std::string(kStudy) + "[train]\nepochs = 2\nholdout = 0\noutput = \"t\"\n");
  const Outcome outcome = run({"train", "study.toml"}, to_full_disk());
  EXPECT_EQ(outcome.exit_code, kFailure);
  expect_error(outcome, {kNoOutput});
  EXPECT_NO_THROW(read_network(folder() / "t"));
}

TEST_F(BadFilesTest, HelpAndVersionThatDoNotFitTheDiskAreErrors) {
  expect_refusal({"run", "--help"}, to_full_disk(), kFailure, {kNoOutput});
  expect_refusal({"--version"}, to_full_disk(), kFailure, {kNoOutput});
}

TEST_F(BadFilesTest, StandardErrorOnAFullDiskChangesNoExitCode) {
  Call mute = call();
  mute.errors = "/dev/full";
  EXPECT_EQ(run({"run", "studdy.toml"}, mute).exit_code, kUsage);
  EXPECT_EQ(run({"evaluate", "study.toml", "--mode", "lossless"}, mute).exit_code, 0);
}

}  // namespace
}  // namespace bitline::cli
