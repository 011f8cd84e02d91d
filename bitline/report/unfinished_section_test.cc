#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/testing/expect_error.h"
#include "bitline/testing/reports.h"
#include "bitline/testing/temporary_folder.h"

namespace bitline {
namespace {

using ::testing::HasSubstr;

const std::string kUnfinished = R"({"bitline": "1.2.3", "config": "seed = 7\n", "plans": [
  {"name": "lossless", "test": {"value": 0.9, "lower": 0.85, "upper": 0.93}},
  {"name": "L4-csnr", "search": {"value": 0.125, "lower": 0.1, "upper": 0.2}}]})";

TEST(UnfinishedReport, ShowsWhatIsThereAndSaysWhatItIs) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder.path() / "unfinished.json", kUnfinished);
  const PageJson page = test::data_of(test::report_of({folder.path()}));
  EXPECT_THAT(page.at("title"), HasSubstr(", unfinished"));
  ASSERT_EQ(page.at("sections").size(), 1U);
  const std::string text = page.dump();
  EXPECT_THAT(text, HasSubstr("The run was stopped."));
  EXPECT_THAT(text, HasSubstr("L4-csnr"));
  EXPECT_THAT(text, HasSubstr("12.5"));
  EXPECT_THAT(text, HasSubstr("90.0"));
  EXPECT_THAT(text, HasSubstr("seed = 7"));
}

TEST(UnfinishedReport, OfADamagedFileNamesIt) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder.path() / "unfinished.json", "{\"plans\": 1}");
  EXPECT_THAT(test::message_of([&] { test::report_of({folder.path()}); }),
              HasSubstr("unfinished.json: an unfinished run is damaged"));
}

// A comparison is of runs that have ended.
TEST(UnfinishedReport, IsOfOneRunAlone) {
  const test::RunCopies runs;
  const auto whole = runs.make("whole"), stopped = runs.make("stopped");
  write_file_atomically(stopped / "unfinished.json", kUnfinished);
  std::filesystem::remove(stopped / "run.json");
  EXPECT_THAT(test::message_of([&] { test::report_of({whole, stopped}); }), HasSubstr("run.json"));
}

}  // namespace
}  // namespace bitline
