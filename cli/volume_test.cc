// How much the program says on standard error.
#include "bitline/testing/program_study.h"

namespace bitline::cli {
namespace {

using test::Outcome;
using test::StudyTest;
using testing::Contains;
using testing::HasSubstr;
using testing::MatchesRegex;

class VolumeTest : public StudyTest {
 protected:
  /// Standard error, lines of progress among them.
  std::string errors_of(const std::vector<std::string>& arguments) const {
    EXPECT_EQ(run(arguments).exit_code, 0);
    return read_text_file(call().errors);
  }
};

TEST_F(VolumeTest, QuietLeavesTheResultsAlone) {
  const Outcome loud = run({"search", "study.toml"});
  EXPECT_THAT(read_text_file(call().errors), HasSubstr("100 %"));
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--quiet", "search", "study.toml"},
        std::vector<std::string>{"search", "study.toml", "--quiet"}}) {
    EXPECT_EQ(run(arguments).output, loud.output);
    EXPECT_EQ(read_text_file(call().errors), "");
  }
}

TEST_F(VolumeTest, QuietLeavesTheErrorsAlone) {
  expect_refusal({"evaluate", "study.toml", "--quiet", "--plan", "absent.json"}, 1,
                 {"absent.json"});
}

TEST_F(VolumeTest, VerboseSaysWhatWasReadAndHowLongItTook) {
  const Outcome outcome = run({"evaluate", "study.toml", "--verbose"});
  EXPECT_THAT(outcome.errors, Contains("configuration: study.toml"));
  EXPECT_THAT(outcome.errors, Contains("network: network.safetensors"));
  EXPECT_THAT(outcome.errors, Contains(MatchesRegex("array: 16 x 128 cells of 1 bit, .*")));
  EXPECT_THAT(outcome.errors, Contains(HasSubstr("data: all test images of 2 classes")));
  EXPECT_THAT(outcome.errors, Contains(MatchesRegex("[a-z, ]+: conv1, .*")));
  EXPECT_THAT(outcome.errors, Contains(MatchesRegex("analog: done, [0-9.]+ s")));
  EXPECT_EQ(outcome.output, run({"evaluate", "study.toml"}).output);
}

TEST_F(VolumeTest, VerboseSaysWhichStagesWereSkipped) {
  const std::vector<std::string> again{"run", "study.toml", "--out", "r", "--verbose"};
  EXPECT_THAT(errors_of(again), HasSubstr("stage profile: done, "));
  EXPECT_THAT(errors_of(again), HasSubstr("stage profile: skipped, up to date, "));
}

TEST_F(VolumeTest, QuietAndVerboseExcludeEachOther) {
  expect_refusal({"inspect", "study.toml", "--quiet", "--verbose"}, 2, {"--quiet", "--verbose"});
}

TEST_F(VolumeTest, GoldenVectorsAndTheSampleTellTheirProgress) {
  EXPECT_THAT(errors_of({"export", "study.toml", "--to", "golden", "--out", "g"}),
              HasSubstr("golden vectors: 100 %"));
  EXPECT_THAT(errors_of({"search", "study.toml"}), HasSubstr("lossless search sample: 100 %"));
}

}  // namespace
}  // namespace bitline::cli
