// What concerns the machine: instruction sets, threads, speed.
#include "bitline/testing/program_study.h"

namespace bitline::cli {
namespace {

using test::Outcome;
using test::StudyTest;

class MachineTest : public StudyTest {
 protected:
  ~MachineTest() override { ::unsetenv("BITLINE_ISA"); }
};

TEST_F(MachineTest, InstructionSetIsTheOneThatIsForced) {
  ::setenv("BITLINE_ISA", "scalar", 1);
  EXPECT_THAT(run({"--version"}).output, testing::HasSubstr("kernels for scalar"));
}

TEST_F(MachineTest, UnknownInstructionSetsAreRefused) {
  ::setenv("BITLINE_ISA", "avx1024", 1);
  expect_refusal({"inspect", "study.toml"}, 2, {"BITLINE_ISA", "avx1024", "scalar"});
}

TEST_F(MachineTest, ResultsDoNotDependOnInstructionSetAndThreads) {
  const Outcome best = run({"search", "study.toml", "--threads", "2"});
  ASSERT_EQ(best.exit_code, 0);
  const std::string plan = read("L3-layer-wise.json");
  ::setenv("BITLINE_ISA", "scalar", 1);
  EXPECT_EQ(run({"search", "study.toml", "--threads", "1"}).output, best.output);
  EXPECT_EQ(read("L3-layer-wise.json"), plan);
}

// Twenty times the CPU for the same result, were each of 1,024 threads to wait for two cores.
TEST_F(MachineTest, TakesNoMoreThreadsThanThereAreCores) {
  const Outcome outcome = run({"inspect", "study.toml", "--threads", "1024"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(
      outcome.errors,
      testing::ElementsAre(testing::StartsWith("1024 threads would wait for each other on ")));
  EXPECT_THAT(run({"inspect", "study.toml", "--threads", "1024", "--quiet"}).errors,
              testing::IsEmpty());
  EXPECT_THAT(run({"inspect", "study.toml", "--threads", "1"}).errors, testing::IsEmpty());
}

TEST_F(MachineTest, BenchMeasuresAndNamesItsOutputs) {
  const std::vector<std::string> bench = {"bench",  "study.toml", "--images", "4",
                                          "--runs", "1",          "--json"};
  const Outcome first = run(bench);
  EXPECT_THAT(first.errors, testing::IsEmpty());
  EXPECT_EQ(first.exit_code, 0);
  const std::regex signature("\"signature\": \"([0-9a-f]{64})\"");
  std::smatch found, again;
  ASSERT_TRUE(std::regex_search(first.output, found, signature)) << first.output;
  EXPECT_THAT(first.output, testing::HasSubstr("\"networks\": {\n    \"network\": {"));
  ::setenv("BITLINE_ISA", "scalar", 1);
  const Outcome scalar = run(bench);
  EXPECT_THAT(scalar.output, testing::HasSubstr("\"instruction_set\": \"scalar\""));
  ASSERT_TRUE(std::regex_search(scalar.output, again, signature));
  EXPECT_EQ(found[1], again[1]);
}

TEST_F(MachineTest, BenchTimesSearches) {
  const Outcome outcome = run({"bench", "study.toml", "--images", "2", "--runs", "1", "--search"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.output, testing::HasSubstr("search layer-wise   L = 3"));
}

}  // namespace
}  // namespace bitline::cli
