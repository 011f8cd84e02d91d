// What a run does once, however many of its stages need it; and that what takes long is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "bitline/run/run.h"
#include "bitline/runtime/torch_part.h"
#include "bitline/study/explanation.h"
#include "bitline/study/search_study.h"
#include "bitline/study/speed.h"
#include "bitline/testing/progress.h"
#include "bitline/testing/study.h"

namespace bitline {
namespace {

using test::NotedProgress;

class RunEffortTest : public ::testing::Test {
 protected:
  RunConfig config(const std::string& more = "") const {
    RunConfig config = study_.config(more);
    config.search.levels = {3};
    config.search.ranges = {range_methods::kMinMax};
    config.search.recalibrate = false;
    return config;
  }

  test::TestStudy study_;
  NotedProgress notes_;
};

TEST_F(RunEffortTest, TheTestSetIsReadOnceWhetherStagesAreSkippedOrNot) {
  const RunConfig run = config("[allocate]\nlevels = [3, 6]\nmax_loss = 100\n");
  for (int time = 0; time < 2; ++time) {
    NotedProgress notes;
    run_pipeline(run, study_.folder() / "a", {notes, {}});
    EXPECT_EQ(std::ranges::count_if(notes.facts(),
                                    [](const std::string& fact) {
                                      return fact.starts_with("data: all test images");
                                    }),
              1);
  }
}

TEST_F(RunEffortTest, TheSumsAreCountedOnceForProfileAndRanges) {
  run_pipeline(config(), study_.folder() / "a", {notes_, {}});
  EXPECT_EQ(notes_.tasks("profile partial sums").size(), 1U);
}

TEST_F(RunEffortTest, ScoresOfRangesFromStatisticsAreTold) {
  run_pipeline(config(), study_.folder() / "a", {notes_, {}});
  EXPECT_EQ(notes_.tasks("score 3 levels, min-max").size(), 1U);
}

TEST_F(RunEffortTest, StatisticsOfTheLosslessNetworkAreTold) {
  RunConfig run = config();
  run.search.ranges = {range_methods::kNetworkWise};
  run.search.statistics = SearchStatistics::kRecalibrated;
  run_pipeline(run, study_.folder() / "a", {notes_, {}});
  EXPECT_EQ(notes_.tasks("batch-norm statistics").size(), 1U);
}

// The composed engine is LibTorch's.
TEST_F(RunEffortTest, ABenchTellsThatItComparesEngines) {
  BenchOptions options;
  options.runs = 1;
  measure_speed(config(), options, {notes_, {}});
  EXPECT_EQ(notes_.tasks("hash outputs").size(), find_torch_part() == nullptr ? 1U : 2U);
}

// The whole plan first, then each of its layers.
TEST_F(RunEffortTest, AnExplanationTellsItsFirstEvaluationsToo) {
  const RunConfig run = config();
  const Network network = read_network(study_.folder() / "network.safetensors");
  SearchStudy search_study(network, run, {notes_, {}});
  AdcPlan plan = search_study.search(3, range_methods::kFullRange, {}, {notes_, {}}).plan;
  plan.layers.erase(std::next(plan.layers.begin(), 2), plan.layers.end());
  explain(network, run, plan, {notes_, {}});
  const auto told = notes_.tasks("explain");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].total, 3);
  EXPECT_THAT(told[0].done, ::testing::ElementsAre(1, 2, 3));
}

TEST_F(RunEffortTest, TheFullRangeNeedsNoSums) {
  const RunConfig run = config();
  SearchStudy search_study(read_network(study_.folder() / "network.safetensors"), run,
                           {notes_, {}});
  search_study.search(3, range_methods::kFullRange, {}, {notes_, {}});
  EXPECT_EQ(notes_.tasks("profile partial sums").size(), 0U);
  search_study.search(3, range_methods::kMinMax, {}, {notes_, {}});
  search_study.search(4, range_methods::kMinMax, {}, {notes_, {}});
  EXPECT_EQ(notes_.tasks("profile partial sums").size(), 1U);
}

}  // namespace
}  // namespace bitline
