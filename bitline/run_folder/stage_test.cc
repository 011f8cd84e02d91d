#include "bitline/run_folder/stage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <vector>

#include "bitline/base/error.h"
#include "bitline/base/file.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/temporary_folder.h"

namespace bitline {
namespace {

namespace fs = std::filesystem;
using test::FolderTest;
using test::message_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class StageTest : public FolderTest {
 protected:
  /// Runs the stage "profile", whose body writes each artefact's name into it.
  bool run(const std::map<std::string, std::string>& inputs,
           const std::vector<std::string>& artefacts) {
    RunFolder folder(path_);
    return run_stage(folder, {.name = "profile", .inputs = inputs}, [&](StageOutput& output) {
      for (const std::string& name : artefacts) output.write(name, std::string_view(name));
    });
  }

  /// Files in the folder but for the manifest and the lock.
  std::vector<std::string> files() const {
    std::vector<std::string> found;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path_)) {
      const std::string name = entry.path().lexically_relative(path_).string();
      if (entry.is_regular_file() && name != "manifest.json" && name != ".lock")
        found.push_back(name);
    }
    return found;
  }

  const fs::path path_ = folder_ / "run";
};

TEST_F(StageTest, FirstRunMakesTheArtefacts) {
  EXPECT_TRUE(run({{"data", "1"}}, {"sums.csv", "plans/L3.json"}));
  EXPECT_EQ(RunFolder(path_).read_text("plans/L3.json"), "plans/L3.json");
  EXPECT_THAT(files(), UnorderedElementsAre("sums.csv", "plans/L3.json"));
}

TEST_F(StageTest, UnchangedStageIsSkipped) {
  run({{"data", "1"}}, {"sums.csv"});
  EXPECT_FALSE(run({{"data", "1"}}, {"sums.csv"}));
}

TEST_F(StageTest, ChangedInputRunsTheStageAgain) {
  run({{"data", "1"}}, {"sums.csv"});
  EXPECT_TRUE(run({{"data", "2"}}, {"sums.csv"}));
  EXPECT_FALSE(run({{"data", "2"}}, {"sums.csv"}));
}

TEST_F(StageTest, ChangedArtefactRunsTheStageAgain) {
  run({}, {"sums.csv"});
  write_file_atomically(path_ / "sums.csv", "forged");
  EXPECT_TRUE(run({}, {"sums.csv"}));
  EXPECT_EQ(read_text_file(path_ / "sums.csv"), "sums.csv");
}

TEST_F(StageTest, DeletedArtefactRunsTheStageAgain) {
  run({}, {"sums.csv"});
  fs::remove(path_ / "sums.csv");
  EXPECT_TRUE(run({}, {"sums.csv"}));
}

TEST_F(StageTest, ArtefactsThatTheStageNoLongerMakesDisappear) {
  run({{"levels", "3, 4"}}, {"L3.json", "L4.json"});
  run({{"levels", "4"}}, {"L4.json"});
  EXPECT_THAT(files(), UnorderedElementsAre("L4.json"));
}

TEST_F(StageTest, OtherStagesKeepTheirRecords) {
  run({}, {"sums.csv"});
  {
    RunFolder folder(path_);
    run_stage(folder, {.name = "search", .inputs = {}},
              [](StageOutput& output) { output.write("plan.json", std::string_view("{}")); });
  }
  EXPECT_FALSE(run({}, {"sums.csv"}));
}

TEST_F(StageTest, ContentHashDependsOnNameAndEveryInput) {
  const std::string hash = content_hash({.name = "a", .inputs = {{"b", "c"}}});
  EXPECT_EQ(hash, content_hash({.name = "a", .inputs = {{"b", "c"}}}));
  EXPECT_NE(hash, content_hash({.name = "A", .inputs = {{"b", "c"}}}));
  EXPECT_NE(hash, content_hash({.name = "a", .inputs = {{"B", "c"}}}));
  EXPECT_NE(hash, content_hash({.name = "a", .inputs = {{"b", "C"}}}));
  EXPECT_NE(hash, content_hash({.name = "a", .inputs = {{"b", "c"}, {"d", ""}}}));
}

TEST_F(StageTest, BodyThatThrowsLeavesNothing) {
  RunFolder folder(path_);
  const auto body = [](StageOutput& output) {
    output.write("sums.csv", std::string_view("whole"));
    throw std::runtime_error("stop");
  };
  EXPECT_THROW(run_stage(folder, {.name = "profile", .inputs = {}}, body), std::runtime_error);
  EXPECT_THAT(files(), IsEmpty());
  EXPECT_THAT(folder.manifest(), IsEmpty());
}

TEST_F(StageTest, BodyMayWriteAnArtefactItself) {
  RunFolder folder(path_);
  run_stage(folder, {.name = "train", .inputs = {}}, [](StageOutput& output) {
    write_file_atomically(output.path_of("networks/float.safetensors"), "weights");
  });
  EXPECT_EQ(folder.read_text("networks/float.safetensors"), "weights");
}

TEST_F(StageTest, ArtefactThatTheBodyForgotToWriteIsAnErrorWithItsName) {
  RunFolder folder(path_);
  const auto body = [](StageOutput& output) { output.path_of("sums.csv"); };
  EXPECT_THAT(message_of([&] { run_stage(folder, {.name = "profile", .inputs = {}}, body); }),
              HasSubstr("sums.csv"));
  EXPECT_THAT(folder.manifest(), IsEmpty());
}

// One artefact fits under the limit on the size of files, the next does not.
TEST_F(StageTest, WriteThatFailsLeavesNothing) {
  RunFolder folder(path_);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{1000, before.rlim_max};
  const auto action = ::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto body = [](StageOutput& output) {
    output.write("small.csv", std::string_view("fits"));
    output.write("large.csv", std::string_view(std::string(2000, 'x')));
  };
  EXPECT_THROW(run_stage(folder, {.name = "profile", .inputs = {}}, body), Error);
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, action);
  EXPECT_THAT(files(), IsEmpty());
  EXPECT_THAT(folder.manifest(), IsEmpty());
}

// The second run is killed inside its body: the first run's record is gone, nothing of the second
// is recorded, and a third run makes the artefact whole.
TEST_F(StageTest, StageKilledInItsBodyRunsAgain) {
  run({{"data", "1"}}, {"sums.csv"});
  const pid_t child = ::fork();
  if (child == 0) {
    RunFolder folder(path_);
    run_stage(folder, {.name = "profile", .inputs = {{"data", "2"}}}, [](StageOutput& output) {
      output.write("sums.csv", std::string_view("half of the work"));
      ::raise(SIGKILL);
    });
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_THAT(RunFolder(path_).manifest(), IsEmpty());
  EXPECT_TRUE(run({{"data", "2"}}, {"sums.csv"}));
  EXPECT_EQ(RunFolder(path_).read_text("sums.csv"), "sums.csv");
}

}  // namespace
}  // namespace bitline
