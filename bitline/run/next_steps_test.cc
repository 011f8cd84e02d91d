#include "bitline/run/next_steps.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bitline {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

ResultRow row(std::int64_t levels, const Rational& loss, Treatment treatment = Treatment::kNone) {
  ResultRow row;
  row.levels = levels;
  row.ranges = levels == 0 ? "" : "layer-wise";
  if (levels != 0) row.plan = fmt::format("plans/L{}-layer-wise.json", levels);
  row.treatment = treatment;
  row.validation_loss = loss;
  row.validation_loss_interval = {loss.to_double(), loss.to_double() - 1, loss.to_double() + 1};
  return row;
}

RunConfig config() {
  RunConfig config;
  config.search.levels = {4, 8};
  config.search.ranges = {range_methods::kLayerWise};
  config.search.max_loss = 1;
  return config;
}

const std::vector<ResultRow> kRows{row(0, 0), row(4, 9),
                                   row(4, Rational(13, 4), Treatment::kRecalibrated), row(8, 5)};

TEST(NextSteps, BeginWithTheBestPlanAndHowFarItIsOff) {
  EXPECT_EQ(
      next_steps(kRows, config(), {true, 128}).front(),
      "The best plan, L4-layer-wise-recalibrated, has 4 levels (layer-wise, recalibrated) and "
      "loses 3.25 points [2.25, 4.25] there, 2.25 too many.");
  EXPECT_THAT(next_steps({row(0, 0)}, config(), {true, 128}), IsEmpty());
}

TEST(NextSteps, NameWhatWasNotTried) {
  EXPECT_THAT(next_steps(kRows, config(), {true, 128}),
              ElementsAre(StartsWith("The best plan"), StartsWith("search.recalibrate = true"),
                          StartsWith("search.levels: more than 8"),
                          AllOf(StartsWith("array.active_rows = 64 or 32 with array.tile_cut"),
                                HasSubstr("bitline explain --plan L4-layer-wise tries it")),
                          StartsWith("search.ranges: add"), StartsWith("[retrain]"),
                          StartsWith("search.max_loss")));
  EXPECT_THAT(next_steps(kRows, config(), {true, 48}),
              Contains(StartsWith("array.active_rows = 24 with")));  // 12 would be too few
  RunConfig balanced = config();
  balanced.array.common.tile_cut = TileCut::kBalanced;
  EXPECT_THAT(next_steps(kRows, balanced, {true, 128}),
              Contains(StartsWith("array.active_rows = 64 or 32: ")));
}

// The most levels that were tried are 8.
TEST(NextSteps, NameNoMoreLevelsThanTheHardwareHas) {
  RunConfig limited = config();
  const auto says_levels = Contains(StartsWith("search.levels"));
  limited.array.common.adc_levels = 8;
  const auto says_limit = Contains(StartsWith("array.adc_levels = 8 ends the search there"));
  EXPECT_THAT(next_steps(kRows, limited, {true, 128}), AllOf(Not(says_levels), says_limit));
  limited.array.common.adc_levels = 9;
  EXPECT_THAT(next_steps(kRows, limited, {true, 128}), AllOf(says_levels, Not(says_limit)));
}

// Neither keys that are set already nor such that cannot help.
TEST(NextSteps, NameNothingThatIsSetOrCannotWork) {
  RunConfig set = config();
  set.search.recalibrate = true;
  set.search.ranges.push_back(range_methods::kCsnr);
  set.retrain.emplace();
  std::vector<ResultRow> rows = kRows;
  rows.push_back(row(17, 4));
  EXPECT_THAT(next_steps(rows, set, {true, 16}),
              ElementsAre(StartsWith("The best plan"), StartsWith("search.max_loss")));
  EXPECT_THAT(next_steps(kRows, config(), {false, 31}),
              AllOf(Each(Not(HasSubstr("recalibrate ="))), Each(Not(HasSubstr("active_rows"))),
                    Contains(HasSubstr("search.levels"))));
}

}  // namespace
}  // namespace bitline
