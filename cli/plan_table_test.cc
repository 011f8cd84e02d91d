// How plans of every range method look at the end of a search.
#include "bitline/testing/program_study.h"

namespace bitline::cli {
namespace {

using test::Outcome;
using test::StudyTest;

class PlanTableTest : public StudyTest {
 protected:
  /// The line of conv3 after a search with these ranges and nine levels.
  std::string line_of(const std::string& ranges) {
    const Outcome outcome = run({"search", "study.toml", "--set", "search.levels=[9]", "--set",
                                 "search.ranges=[\"" + ranges + "\"]"});
    EXPECT_EQ(outcome.exit_code, 0);
    std::smatch found;
    EXPECT_TRUE(std::regex_search(outcome.output, found, std::regex("conv3 .*"))) << ranges;
    return found.str();
  }
};

TEST_F(PlanTableTest, RangesShowTheirBoundAndStep) {
  EXPECT_THAT(line_of("min-max"), testing::ContainsRegex("conv3 +9 +[0-9/]+ +[0-9/]+ +-"));
}

TEST_F(PlanTableTest, TheFullRangeShowsItsStepAlone) {
  EXPECT_THAT(line_of("full-range"), testing::ContainsRegex("conv3 +9 +- +[0-9/]+ +-"));
}

TEST_F(PlanTableTest, TablesShowTheirThresholdsAlone) {
  for (const char* ranges : {"lloyd-max", "three-sigma-gaussian"})
    EXPECT_THAT(line_of(ranges), testing::ContainsRegex("conv3 +9 +- +- +-[0-9]+ to [0-9]+  "));
}

}  // namespace
}  // namespace bitline::cli
