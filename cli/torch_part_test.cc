// The program with and without LibTorch's part, and with what is none.
#include <cstdlib>

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

constexpr const char* kPart = "BITLINE_TORCH_PART";

class TorchPartTest : public StudyTest {
 protected:
  void SetUp() override {
    if (!trains()) GTEST_SKIP() << kNoTraining;
    const std::filesystem::path program = BITLINE_PROGRAM;
    std::filesystem::copy_file(program, folder() / "bitline");
    const std::string opened = "bitline_program.so";  // by the executable
    std::filesystem::copy_file(program.parent_path() / opened, folder() / opened);
    std::filesystem::copy_file(BITLINE_LIBRARY, folder() / BITLINE_SONAME);
  }
  void TearDown() override {
    ::unsetenv(kPart);
    ::unsetenv("BITLINE_ISA");
  }

  /// A copy of the program and its library with nothing beside them.
  Outcome run_alone(const std::vector<std::string>& arguments) const {
    Call alone = call();
    alone.program = folder() / "bitline";
    ::setenv("LD_LIBRARY_PATH", folder().c_str(), 1);
    Outcome outcome = run(arguments, alone);
    ::unsetenv("LD_LIBRARY_PATH");
    return outcome;
  }
  void refuse_part(const std::filesystem::path& file, int exit_code,
                   const std::vector<std::string>& words) const {
    ::setenv(kPart, file.c_str(), 1);
    expect_refusal({"evaluate", "study.toml", "--engine", "composed"}, exit_code, words);
  }
};

// Without dot products every digital layer is summed by LibTorch in the one and by a plain loop in
// the other.
TEST_F(TorchPartTest, ComputesTheSameAsTheProgramWithoutIt) {
  ::setenv("BITLINE_ISA", "scalar", 1);
  write("study.toml", std::string(kStudy) + "[cost]\n[explain]\n[allocate]\nlevels = [3, 6]\n");
  ASSERT_EQ(run({"run", "study.toml", "--out", "with"}).exit_code, 0);
  ASSERT_EQ(run_alone({"run", "study.toml", "--out", "alone"}).exit_code, 0);
  int compared = 0;
  for (const std::string& file : files())
    if (file.starts_with("with/") && file != "with/run.json" && file != "with/report.html") {
      EXPECT_EQ(read("alone" + file.substr(4)), read(file)) << file;
      ++compared;
    }
  EXPECT_GT(compared, 10);
}

TEST_F(TorchPartTest, ALoneProgramMeasuresNetworksInRealNumbersToo) {
  const Outcome outcome = run_alone({"evaluate", "study.toml", "--mode", "float"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.output, testing::HasSubstr("top-1"));
}

TEST_F(TorchPartTest, ALoneProgramSaysWhatTrainingNeeds) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"train", "study.toml", "--set", "train.holdout=4"},
        {"retrain", "study.toml", "--control", "--set", "retrain.holdout=4"},
        {"evaluate", "study.toml", "--engine", "composed"}}) {
    const Outcome outcome = run_alone(arguments);
    EXPECT_EQ(outcome.exit_code, 2);
    expect_error(outcome, {"needs LibTorch", "bitline_torch.so"});
  }
}

TEST_F(TorchPartTest, OfAnotherBuildIsRefused) {
  refuse_part(BITLINE_OTHER_PART, 1, {"other_torch_part.so", "another build", "0.0.1"});
}

TEST_F(TorchPartTest, ThatIsNoSharedObjectIsNamed) {
  refuse_part(folder() / "study.toml", 1, {"cannot be opened", "study.toml"});
}

}  // namespace
}  // namespace bitline::cli
