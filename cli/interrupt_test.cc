// Ctrl-C: exit code 130, nothing half-written, and the next call goes on to the same bits.
#include <sys/ioctl.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "bitline/testing/pictures.h"
#include "bitline/testing/program.h"
#include "bitline/testing/program_study.h"

namespace bitline::cli {
namespace {

using test::Call;
using test::kNoTraining;
using test::kStudy;
using test::lines_without_progress;
using test::Outcome;
using test::png_file;
using test::Process;
using test::replaced;
using test::StudyTest;
using test::trains;

namespace fs = std::filesystem;

constexpr int kInterrupted = 130;

/// A reader of standard error who falls asleep: the pipe takes `room` bytes, and then the program
/// waits. So it cannot come to its end before it is interrupted, however slow the test is.
class SleepyReader {
 public:
  explicit SleepyReader(int room) {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    const int capacity = ::fcntl(ends_[1], F_SETPIPE_SZ, ::getpagesize());
    const std::string filling(static_cast<std::size_t>(capacity - room), '-');
    if (::write(ends_[1], filling.data(), filling.size()) != capacity - room)
      throw std::runtime_error("cannot fill the pipe");
    filled_ = filling.size();
  }
  ~SleepyReader() {
    ::close(ends_[0]);
    if (ends_[1] >= 0) ::close(ends_[1]);
  }
  SleepyReader(const SleepyReader&) = delete;
  SleepyReader& operator=(const SleepyReader&) = delete;

  int program_end() const { return ends_[1]; }

  /// Returns once the program has said something, or has not within two minutes.
  void wait_for_a_line() const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(2);
    int waiting = 0;
    while (::ioctl(ends_[0], FIONREAD, &waiting) == 0 &&
           static_cast<std::size_t>(waiting) == filled_ && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  /// Wakes up: all that the program says from its start to its end.
  std::string read() {
    ::close(std::exchange(ends_[1], -1));
    std::string text;
    std::array<char, 4096> part;
    for (ssize_t got = 0; (got = ::read(ends_[0], part.data(), part.size())) > 0;)
      text.append(part.data(), static_cast<std::size_t>(got));
    return text.substr(filled_);
  }

 private:
  std::array<int, 2> ends_{};
  std::size_t filled_ = 0;
};

class InterruptTest : public StudyTest {
 protected:
  /// The program is interrupted at the latest when its progress has taken `room` bytes.
  Outcome interrupted(const std::vector<std::string>& arguments, int room) const {
    SleepyReader reader(room);
    Call call = this->call();
    call.errors_pipe = reader.program_end();
    Process process(arguments, call);
    reader.wait_for_a_line();
    process.interrupt();
    const std::vector<std::string> errors = lines_without_progress(reader.read());
    return {process.wait(), read_text_file(call.output), errors};
  }
  void expect_interrupted(const Outcome& outcome, const std::vector<std::string>& words) const {
    EXPECT_EQ(outcome.exit_code, kInterrupted);
    expect_error(outcome, words);
    for (const std::string& file : files())
      EXPECT_THAT(file, testing::Not(testing::HasSubstr("tmp")));
  }
};

TEST_F(InterruptTest, IsHeededWhileLibrariesLoad) {
  fs::create_directory(folder() / "bin");
  fs::copy_file(BITLINE_PROGRAM, folder() / "bin/bitline");
  fs::copy_file(BITLINE_INTERRUPTED, folder() / "bin/bitline_program.so");
  Call call = this->call();
  call.program = (folder() / "bin/bitline").string();
  Process process({"inspect", "study.toml"}, call);
  EXPECT_EQ(process.wait(), kInterrupted);
  EXPECT_EQ(read_text_file(call.output), "");
  EXPECT_THAT(read_text_file(call.errors), testing::StartsWith("bitline: stopped on request"));
}

TEST_F(InterruptTest, AnExecutableWithoutItsProgramSaysSo) {
  fs::copy_file(BITLINE_PROGRAM, folder() / "bitline");
  Call call = this->call();
  call.program = (folder() / "bitline").string();
  Process process({"--version"}, call);
  EXPECT_EQ(process.wait(), 1);
  EXPECT_THAT(read_text_file(call.errors),
              testing::StartsWith("bitline: cannot open bitline_program.so: it is not beside"));
}

// Lines of progress have about 60 bytes: the run is stopped before its first stage is recorded,
// between the evaluations, in the search, and each time it goes on.
TEST_F(InterruptTest, RunGoesOnToTheSamePlanAndResults) {
  write("study.toml",
        replaced(replaced(kStudy, "levels = [3]", "levels = [3, 4]\nrecalibrate = true"),
                 "[\"layer-wise\"]", "[\"network-wise\", \"layer-wise\"]"));
  for (const int room : {60, 300, 300, 300}) {
    const Outcome outcome = interrupted({"run", "study.toml", "--out", "out"}, room);
    expect_interrupted(outcome, {"run stopped; give the same command again to go on in out"});
    EXPECT_FALSE(fs::exists(folder() / "out/plan.json"));
  }
  EXPECT_EQ(run({"run", "study.toml", "--out", "out"}).exit_code, 0);
  EXPECT_EQ(run({"run", "study.toml", "--out", "whole"}).exit_code, 0);
  EXPECT_EQ(read("out/plan.json"), read("whole/plan.json"));
  EXPECT_EQ(read("out/results.csv"), read("whole/results.csv"));
}

// It stands still while it says what it is about to read.
TEST_F(InterruptTest, PicturesAreReadNoFurther) {
  for (const char* name : {"pictures/train/a/1.png", "pictures/train/b/1.png"}) {
    make_folder((folder() / name).parent_path());
    write_file_atomically(folder() / name, png_file({1, 1, 8, 0}, {"x"}));
  }
  write("pictures.toml",
        "[data]\nformat = \"image-folder\"\nfolder = \"pictures\"\nresize = 1\ncrop = 1\n"
        "[model]\nname = \"vgg9\"\n");
  const std::vector<std::string> arguments{"sample", "pictures.toml", "--verbose", "--per-class",
                                           "1",      "--out",         "s"};
  const Outcome outcome = interrupted(arguments, 60);
  EXPECT_EQ(outcome.exit_code, kInterrupted);
  EXPECT_THAT(outcome.errors.back(), testing::HasSubstr("stopped on request"));
  EXPECT_FALSE(fs::exists(folder() / "s"));
  EXPECT_EQ(run(arguments).exit_code, 0);
}

/// Trains in steps of one image, so that most stops fall inside an epoch.
class TrainingInterruptTest : public InterruptTest {
 protected:
  void SetUp() override {
    if (!trains()) GTEST_SKIP() << kNoTraining;
  }
  TrainingInterruptTest() {
    write("study.toml", replaced(kStudy, "file = \"network.safetensors\"",
                                 "name = \"resnet20\"\nwidth = 0.125\nclasses = 2\n"
                                 "input = [3, 8, 8]") +
                            "[quantize]\n[train]\nepochs = 4\nbatch_size = 1\nholdout = 4\n"
                            "learning_rate = 0.01\noutput = \"t\"\n");
  }
};

TEST_F(TrainingInterruptTest, ResumedTrainingGivesTheSameNetwork) {
  expect_interrupted(interrupted({"train", "study.toml"}, 100),
                     {"training stopped; continue with --resume from t.checkpoint"});
  EXPECT_FALSE(fs::exists(folder() / "t"));
  expect_interrupted(interrupted({"train", "study.toml", "--resume"}, 100), {"t.checkpoint"});
  EXPECT_EQ(run({"train", "study.toml", "--resume"}).exit_code, 0);
  const std::string resumed = read("t");
  EXPECT_EQ(run({"train", "study.toml"}).exit_code, 0);
  EXPECT_EQ(resumed, read("t"));
}

// The run trains first, and has no --resume of its own.
TEST_F(TrainingInterruptTest, RunThatTrainsGoesOnToTheSamePlan) {
  expect_interrupted(interrupted({"run", "study.toml", "--out", "out"}, 100),
                     {"run stopped; give the same command again to go on in out"});
  EXPECT_EQ(run({"run", "study.toml", "--out", "out"}).exit_code, 0);
  EXPECT_EQ(run({"run", "study.toml", "--out", "whole"}).exit_code, 0);
  EXPECT_EQ(read("out/network.safetensors"), read("whole/network.safetensors"));
  EXPECT_EQ(read("out/plan.json"), read("whole/plan.json"));
}

// The finished training left a checkpoint, which the new recipe must not continue from.
TEST_F(TrainingInterruptTest, RunWithAnotherRecipeTrainsAnew) {
  EXPECT_EQ(run({"run", "study.toml", "--out", "out", "--set", "train.epochs=1"}).exit_code, 0);
  EXPECT_EQ(run({"run", "study.toml", "--out", "out", "--set", "train.epochs=2"}).exit_code, 0);
  EXPECT_EQ(run({"run", "study.toml", "--out", "whole", "--set", "train.epochs=2"}).exit_code, 0);
  EXPECT_EQ(read("out/network.safetensors"), read("whole/network.safetensors"));
}

}  // namespace
}  // namespace bitline::cli
