#include "bitline/run_folder/run_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <optional>

#include "bitline/base/error.h"
#include "bitline/base/file.h"
#include "bitline/base/hash.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/temporary_folder.h"

namespace bitline {
namespace {

namespace fs = std::filesystem;
using test::FolderTest;
using test::message_of;
using ::testing::AllOf;
using ::testing::HasSubstr;

class RunFolderTest : public FolderTest {
 protected:
  std::string error_of_opening(const fs::path& path) {
    return message_of(ErrorKind::kFailure, [&] { const RunFolder folder(path); });
  }

  /// Writes the file and records it as the one artefact of the stage "profile".
  void make_artefact(const std::string& name, const std::string& text) {
    RunFolder folder(path_);
    write_file_atomically(folder.path_of(name), text);
    folder.record("profile", {.inputs = "", .artefacts = {{name, checksum_of(path_ / name)}}});
  }

  const fs::path path_ = folder_ / "run";
};

// A process that runs `body` and then waits until it is killed.
class Child {
 public:
  explicit Child(const std::function<void()>& body) {
    int ends[2];
    if (::pipe(ends) != 0) std::abort();
    id_ = ::fork();
    if (id_ == 0) {
      body();
      if (::write(ends[1], "x", 1) != 1) std::abort();
      while (true) ::pause();
    }
    char ready = 0;
    ::close(ends[1]);
    body_ended_ = ::read(ends[0], &ready, 1) == 1;
    ::close(ends[0]);
  }
  ~Child() { kill(); }

  pid_t id() const { return id_; }
  bool body_ended() const { return body_ended_; }
  void kill() {
    if (id_ == 0) return;
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
    id_ = 0;
  }

 private:
  pid_t id_ = 0;
  bool body_ended_ = false;
};

TEST_F(RunFolderTest, FolderAndItsParentsAreMade) {
  const RunFolder folder(path_ / "a" / "b");
  EXPECT_TRUE(fs::is_directory(path_ / "a" / "b"));
}

TEST_F(RunFolderTest, FolderHeldByAnotherProcessIsRefusedWithItsNumber) {
  std::optional<RunFolder> folder;
  Child child([&] { folder.emplace(path_); });
  ASSERT_TRUE(child.body_ended());
  EXPECT_EQ(error_of_opening(path_), "run folder " + path_.string() + " is in use by process " +
                                         std::to_string(child.id()) +
                                         "; wait, or choose another with --out");
}

TEST_F(RunFolderTest, FolderIsFreeAgainOnceItsHolderWasKilled) {
  std::optional<RunFolder> folder;
  Child child([&] { folder.emplace(path_); });
  ASSERT_TRUE(child.body_ended());
  child.kill();
  EXPECT_EQ(error_of_opening(path_), "nothing was thrown");
}

TEST_F(RunFolderTest, FolderHeldByTheSameProcessIsRefused) {
  const RunFolder first(path_);
  EXPECT_THAT(error_of_opening(path_), HasSubstr("is in use by process"));
}

TEST_F(RunFolderTest, FolderIsFreeAgainOnceItsOwnerIsGone) {
  { const RunFolder first(path_); }
  EXPECT_EQ(error_of_opening(path_), "nothing was thrown");
}

TEST_F(RunFolderTest, FileInPlaceOfTheFolderIsRefusedByName) {
  write_file_atomically(path_, "a file");
  EXPECT_THAT(error_of_opening(path_), HasSubstr(path_.string()));
  EXPECT_EQ(read_text_file(path_), "a file");
}

// /proc takes no new files, not even from root.
TEST_F(RunFolderTest, FolderThatTakesNoFilesIsRefusedByName) {
  EXPECT_THAT(error_of_opening("/proc"),
              AllOf(HasSubstr("run folder /proc cannot be written"), HasSubstr("--out")));
}

TEST_F(RunFolderTest, FolderThatCannotBeMadeIsRefusedByName) {
  EXPECT_THAT(error_of_opening("/proc/bitline"), HasSubstr("/proc/bitline"));
}

TEST_F(RunFolderTest, FolderOfAStrangerIsRefusedWithTheNameOfAFile) {
  fs::create_directories(path_);
  write_file_atomically(path_ / "report.html", "a stranger's");
  write_file_atomically(path_ / "plan.json", "a stranger's");
  EXPECT_THAT(error_of_opening(path_),
              AllOf(HasSubstr(path_.string() + " holds plan.json, and no run made this folder"),
                    HasSubstr("--out")));
  EXPECT_EQ(read_text_file(path_ / "plan.json"), "a stranger's");
  EXPECT_FALSE(fs::exists(path_ / ".lock"));
  EXPECT_FALSE(fs::exists(path_ / "manifest.json"));
}

// A run that was killed before it wrote its manifest leaves its lock and a temporary file.
TEST_F(RunFolderTest, HiddenFilesAreNobodys) {
  fs::create_directories(path_);
  for (const char* name : {".lock", ".manifest.json.tmp-1-1"})
    write_file_atomically(path_ / name, "");
  EXPECT_EQ(error_of_opening(path_), "nothing was thrown");
}

TEST_F(RunFolderTest, RecordsSurviveReopening) {
  make_artefact("sums.csv", "p,count\n");
  const RunFolder folder(path_);
  EXPECT_EQ(folder.read_text("sums.csv"), "p,count\n");
  EXPECT_EQ(folder.checksum("sums.csv"), (Checksum{.sha256 = sha256("p,count\n"), .size = 8}));
}

TEST_F(RunFolderTest, BytesAndTextOfAnArtefactAgree) {
  make_artefact("sums.csv", "ab");
  EXPECT_EQ(RunFolder(path_).read("sums.csv"), (std::vector{std::byte{'a'}, std::byte{'b'}}));
}

// Same size, one bit changed.
TEST_F(RunFolderTest, ChangedArtefactIsRefusedByName) {
  make_artefact("sums.csv", "1234");
  write_file_atomically(path_ / "sums.csv", "1235");
  const RunFolder folder(path_);
  EXPECT_THAT(message_of([&] { folder.read("sums.csv"); }),
              HasSubstr((path_ / "sums.csv").string() + " was changed"));
  EXPECT_THROW(folder.read_text("sums.csv"), Error);
}

TEST_F(RunFolderTest, DeletedArtefactIsAnErrorWhenRead) {
  make_artefact("sums.csv", "1234");
  fs::remove(path_ / "sums.csv");
  EXPECT_THROW(RunFolder(path_).read("sums.csv"), Error);
}

TEST_F(RunFolderTest, ArtefactThatNoStageRecordedIsAnErrorWhenRead) {
  const RunFolder folder(path_);
  write_file_atomically(path_ / "stray.csv", "1234");
  EXPECT_THAT(message_of([&] { folder.read("stray.csv"); }), HasSubstr("stray.csv"));
}

TEST_F(RunFolderTest, RecordIsIntactUntilOneArtefactChanges) {
  make_artefact("sums.csv", "1234");
  const RunFolder folder(path_);
  const StageRecord record = folder.manifest().at("profile");
  EXPECT_TRUE(folder.intact(record));
  write_file_atomically(path_ / "sums.csv", "12345");
  EXPECT_FALSE(folder.intact(record));
  fs::remove(path_ / "sums.csv");
  EXPECT_FALSE(folder.intact(record));
}

TEST_F(RunFolderTest, ForgottenStageLeavesNeitherFileNorRecord) {
  make_artefact("sums.csv", "1234");
  RunFolder(path_).forget("profile");
  EXPECT_FALSE(fs::exists(path_ / "sums.csv"));
  EXPECT_TRUE(RunFolder(path_).manifest().empty());
}

TEST_F(RunFolderTest, DamagedManifestIsRefusedByName) {
  fs::create_directories(path_);
  for (const char* text : {"", "{", "[]", R"({"version": 1})", R"({"version": 2, "stages": {}})",
                           R"({"version": 1, "stages": {"profile": {"inputs": 3}}})"}) {
    write_file_atomically(path_ / "manifest.json", text);
    EXPECT_THAT(error_of_opening(path_),
                AllOf(HasSubstr((path_ / "manifest.json").string()), HasSubstr("is damaged"),
                      HasSubstr("delete it to run every stage anew"),
                      testing::Not(HasSubstr("json.exception"))))
        << text;
  }
}

// forget() deletes what the manifest names.
TEST_F(RunFolderTest, ManifestThatNamesFilesOutsideOfTheFolderIsRefused) {
  fs::create_directories(path_);
  for (const char* name : {"/etc/hostname", "../x", "a/../../x", ""}) {
    const Manifest manifest = {{"profile", {.inputs = "", .artefacts = {{name, Checksum{}}}}}};
    write_file_atomically(path_ / "manifest.json", to_json(manifest));
    EXPECT_THAT(error_of_opening(path_), HasSubstr("leads out of the folder")) << name;
  }
}

TEST_F(RunFolderTest, ManifestSurvivesJson) {
  const Manifest manifest = {
      {"profile", {.inputs = "ab", .artefacts = {{"a/b.csv", {.sha256 = "01", .size = 3}}}}},
      {"search", {.inputs = "cd", .artefacts = {}}}};
  EXPECT_EQ(manifest_from_json(to_json(manifest)), manifest);
}

// The kernel kills a process that writes past its limit on the size of files: in the middle of the
// temporary file, which stays behind.
TEST_F(RunFolderTest, LeftoversOfAKilledWriteAreSwept) {
  { const RunFolder folder(path_); }
  fs::create_directories(path_ / "plans");
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit none{0, 0};
    const rlimit small{100, 100};
    ::signal(SIGXFSZ, SIG_DFL);
    if (::setrlimit(RLIMIT_CORE, &none) != 0 || ::setrlimit(RLIMIT_FSIZE, &small) != 0) ::_exit(1);
    const std::string large(1000, 'x');
    write_file_atomically(path_ / "plans" / "plan.json", large);
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  ASSERT_FALSE(fs::is_empty(path_ / "plans"));
  const RunFolder folder(path_);
  EXPECT_TRUE(fs::is_empty(path_ / "plans"));
}

}  // namespace
}  // namespace bitline
