#include "bitline/run/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/base/file.h"
#include "bitline/runtime/torch_part.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/study.h"

namespace bitline {
namespace {

using test::message_of;
using test::TestStudy;

class CompareTest : public ::testing::Test {
 protected:
  RunConfig config(std::vector<std::string> methods) const {
    RunConfig config = study_.config();
    config.compare.methods = std::move(methods);
    return config;
  }

  TestStudy study_;
};

TEST_F(CompareTest, IsaacHasAnArrayOfItsOwn) {
  const std::vector<ComparedRun> runs = compared_runs(config({"lloyd-max", "isaac", "layer-wise"}));
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_THAT(runs[0].config.search.ranges,
              ::testing::ElementsAre(RangeMethod(range_methods::kLloydMax),
                                     RangeMethod(range_methods::kLayerWise)));
  EXPECT_EQ(runs[0].config.array.common.encoding, encodings::kDifferential);
  EXPECT_THAT(runs[1].config.search.ranges,
              ::testing::ElementsAre(RangeMethod(range_methods::kFullRange)));
  EXPECT_EQ(runs[1].config.array.common.encoding, encodings::kTwosComplement);
  EXPECT_EQ(runs[1].config.array.common.column_flip, ColumnFlip::kComplement);
  EXPECT_THAT(runs[0].config.as_used, ::testing::HasSubstr("lloyd-max"));
  EXPECT_THAT(
      runs[1].config.as_used,
      ::testing::AllOf(::testing::HasSubstr("twos-complement"), ::testing::HasSubstr("full-range"),
                       ::testing::Not(::testing::HasSubstr("lloyd-max"))));
  EXPECT_EQ(compared_runs(config({"isaac"})).size(), 1U);
  RunConfig allocating = config({"lloyd-max", "isaac"});
  allocating.allocate.emplace();
  for (const ComparedRun& run : compared_runs(allocating))
    EXPECT_FALSE(run.config.allocate.has_value()) << run.folder;
}

TEST_F(CompareTest, IsaacHasAnArrayOfItsOwnInEveryLayer) {
  RunConfig run = study_.config("[array.layers.\"a.b\"]\nrows = 8\nencoding = \"offset\"\n");
  run.compare.methods = {"isaac"};
  const RunConfig isaac = compared_runs(run).at(0).config;
  EXPECT_EQ(isaac.array.of("a.b").encoding, encodings::kTwosComplement);
  EXPECT_EQ(isaac.array.of("a.b").rows, 8);
  EXPECT_EQ(read_run_config(Config::from_text(isaac.as_used, "as used")).array.of("a.b"),
            isaac.array.of("a.b"));
}

TEST_F(CompareTest, UnknownMethodsAreNamedWithTheKnownOnes) {
  EXPECT_THAT(message_of([&] { compared_runs(config({"lloyd-min"})); }),
              ::testing::AllOf(::testing::HasSubstr("lloyd-min"), ::testing::HasSubstr("lloyd-max"),
                               ::testing::HasSubstr("isaac")));
}

// 16 rows of one-bit cells and inputs: ISAAC's columns sum to 8 at most, and 9 levels lose nothing;
// sums of differential columns reach from −16 to 16.
TEST_F(CompareTest, PutsAllMethodsIntoOneTable) {
  RunConfig run = config({"isaac", "full-range"});
  run.search.levels = {9};
  SilentProgress silent;
  const std::filesystem::path folder = study_.folder() / "comparison";
  const std::vector<ResultRow> rows = compare(run, folder, {silent, {}});
  // lossless; each method plain and recalibrated
  ASSERT_EQ(rows.size(), 5U);
  EXPECT_EQ(rows[0].levels, 0);
  EXPECT_EQ(rows[1].ranges, "full-range");
  EXPECT_EQ(rows[3].ranges, "isaac");
  EXPECT_EQ(rows[3].search_loss, 0);
  EXPECT_EQ(rows[3].test_loss.value, 0);
  EXPECT_TRUE(std::filesystem::exists(folder / rows[3].plan)) << rows[3].plan;
  const std::string csv = read_text_file(folder / "comparison.csv");
  EXPECT_EQ(std::ranges::count(csv, '\n'), 6);
  EXPECT_THAT(csv, ::testing::HasSubstr("\n9,isaac,,"));
  EXPECT_THAT(read_text_file(folder / "report.html"), ::testing::HasSubstr("2 runs compared"));
}

// With lossless ADCs every array computes the same, so one training is the control of both.
TEST_F(CompareTest, TrainsTheControlOnce) {
  if (find_torch_part() == nullptr) GTEST_SKIP() << "training needs LibTorch";
  RunConfig run =
      study_.config("[retrain]\nepochs = 1\nlearning_rate = 1e-3\nbatch_size = 4\nholdout = 4\n");
  run.search.levels = {9};
  run.search.recalibrate = false;
  const auto has_control = [](const std::filesystem::path& folder) {
    return std::filesystem::exists(folder / "networks/control-retrained.safetensors");
  };
  SilentProgress silent;
  run.compare.methods = {"isaac", "full-range"};
  const std::filesystem::path both = study_.folder() / "both";
  const std::vector<ResultRow> rows = compare(run, both, {silent, {}});
  EXPECT_EQ(rows.size(), 6U);  // lossless, control; each method plain and retrained
  EXPECT_TRUE(has_control(both / "configured"));
  EXPECT_FALSE(has_control(both / "isaac"));
  run.compare.methods = {"isaac"};
  compare(run, study_.folder() / "alone", {silent, {}});
  EXPECT_TRUE(has_control(study_.folder() / "alone/isaac"));
}

}  // namespace
}  // namespace bitline
