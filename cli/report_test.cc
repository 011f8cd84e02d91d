// The page that a run ends with, and the command that writes it again.
#include <fmt/format.h>

#include "bitline/testing/program_study.h"

namespace bitline::cli {
namespace {

using test::Outcome;
using test::StudyTest;
using testing::EndsWith;
using testing::HasSubstr;

class ReportTest : public StudyTest {};

TEST_F(ReportTest, ARunEndsWithThePathOfItsReport) {
  const Outcome outcome = run({"run", "study.toml", "--set", "search.levels=[3,4]", "--out", "r"});
  ASSERT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.output, EndsWith((folder() / "r/report.html").string() + "\n"));
  const std::string page = read("r/report.html");
  EXPECT_THAT(page, HasSubstr("bitline run study.toml --set 'search.levels=[3,4]' --out r\""));
  EXPECT_THAT(page, HasSubstr("ADC conversions of one image"));
}

TEST_F(ReportTest, WritesOverNoOtherFile) {
  ASSERT_EQ(run({"run", "study.toml", "--out", "r"}).exit_code, 0);
  const std::string results = read("r/results.csv");
  expect_refusal({"report", "r", "--out", "r/results.csv"}, 2, {"r/results.csv", ".html"});
  EXPECT_EQ(read("r/results.csv"), results);
  EXPECT_EQ(run({"report", "r", "--out", "r/report.html"}).exit_code, 0);
}

TEST_F(ReportTest, JoinsRuns) {
  ASSERT_EQ(run({"run", "study.toml", "--out", "one"}).exit_code, 0);
  ASSERT_EQ(run({"run", "study.toml", "--set", "array.rows=8", "--out", "two"}).exit_code, 0);
  const Outcome outcome = run({"report", "one", "two/", "--out", "both.html"});
  ASSERT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.output, fmt::format("Report: {}\n", (folder() / "both.html").string()));
  const std::string page = read("both.html");
  EXPECT_THAT(page, HasSubstr("2 runs compared"));
  EXPECT_THAT(page, HasSubstr("\"dictionary\":[\"one\",\"two\"]"));
}

TEST_F(ReportTest, AComparisonEndsWithThePathOfOnePageAboutItsRuns) {
  const std::string methods = "compare.methods=[\"isaac\",\"min-max\"]";
  const Outcome outcome = run({"compare", "study.toml", "--set", methods, "--out", "c"});
  ASSERT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.output,
              EndsWith(fmt::format("Report: {}\n", (folder() / "c/report.html").string())));
  EXPECT_THAT(read("c/report.html"), HasSubstr("\"dictionary\":[\"configured\",\"isaac\"]"));
}

TEST_F(ReportTest, RefusesWhatIsNoFinishedRun) {
  expect_refusal({"report", "nowhere"}, 1, {"nowhere holds no results.csv", "bitline run"});
  expect_refusal({"report"}, 2, {"RUN"});
}

}  // namespace
}  // namespace bitline::cli
