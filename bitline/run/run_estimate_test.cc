#include "bitline/run/run_estimate.h"

#include <gtest/gtest.h>

#include <set>

namespace bitline {
namespace {

/// A pass takes an hundredth of a second: 2 s the sample, 1 s the validation, 10 s the test images.
EstimateFacts facts(const std::set<std::string>& there = {}) {
  EstimateFacts facts;
  facts.seconds_per_image = 0.01;
  facts.images = {200, 100, 50, 1000};
  facts.training_images = 5000;
  facts.layers = {{100, 1}, {40, 0.5}};
  facts.is_there = [there](const std::string& stage) { return there.contains(stage); };
  return facts;
}

RunConfig config(std::vector<RangeMethod> ranges) {
  RunConfig config;
  config.search.levels = {4, 8};
  config.search.ranges = std::move(ranges);
  return config;
}

double seconds_of(const std::vector<StagesLeft>& stages, const std::string& kind) {
  for (const StagesLeft& left : stages)
    if (left.kind == kind) return left.seconds;
  return 0;
}

// A quarter of 100 passes over the sample; of (100 + 20); of (100 + 20) three times; one pass.
TEST(RunEstimate, SearchesTakeAQuarterOfBruteForce) {
  const auto searching = [](const RangeMethodPolicy& method) {
    return seconds_of(stages_left(config({method}), facts()), "search");
  };
  EXPECT_DOUBLE_EQ(searching(range_methods::kNetworkWise), 2 * 25 * 2);
  EXPECT_DOUBLE_EQ(searching(range_methods::kLayerWise), 2 * 30 * 2);
  EXPECT_DOUBLE_EQ(searching(range_methods::kRefine), 2 * 90 * 2);
  EXPECT_DOUBLE_EQ(searching(range_methods::kCsnr), 2 * 2);
}

// 13 s each: lossless, two plans; with recalibration two more.
TEST(RunEstimate, EveryRowIsEvaluatedThreeTimes) {
  EstimateFacts recalibrated = facts();
  const RunConfig run = config({range_methods::kCsnr});
  EXPECT_DOUBLE_EQ(seconds_of(stages_left(run, recalibrated), "evaluation"), 3 * 13);
  recalibrated.recalibrates = true;
  EXPECT_DOUBLE_EQ(seconds_of(stages_left(run, recalibrated), "evaluation"), 5 * 13);
  EXPECT_DOUBLE_EQ(seconds_of(stages_left(run, recalibrated), "recalibration"), 2 * 2);
}

// An epoch is three passes over 5,000 images and one over 50: 150.5 s; control and two plans.
TEST(RunEstimate, TrainingsCountTheControl) {
  RunConfig run = config({range_methods::kCsnr});
  run.retrain.emplace().train.options.epochs = 2;
  const auto stages = stages_left(run, facts());
  EXPECT_DOUBLE_EQ(seconds_of(stages, "training"), 3 * 2 * 150.5);
  EXPECT_DOUBLE_EQ(seconds_of(stages, "evaluation"), 3 * 13 + 3 * 12.5);
  run.retrain->control = false;
  EXPECT_DOUBLE_EQ(seconds_of(stages_left(run, facts()), "training"), 2 * 2 * 150.5);
}

TEST(RunEstimate, WhatStandsInTheFolderIsNotCounted) {
  const RunConfig run = config({range_methods::kCsnr});
  const auto stages =
      stages_left(run, facts({"search-L4-csnr", "profile", "evaluations/lossless-test"}));
  EXPECT_DOUBLE_EQ(seconds_of(stages, "search"), 2);
  EXPECT_DOUBLE_EQ(seconds_of(stages, "profile"), 0);
  EXPECT_DOUBLE_EQ(seconds_of(stages, "evaluation"), 3 * 13 - 10);
}

TEST(RunEstimate, SevenNumbersStandForTheFewest) {
  RunConfig run = config({range_methods::kCsnr});
  run.search.levels.clear();
  EXPECT_DOUBLE_EQ(seconds_of(stages_left(run, facts()), "search"), 7 * 2);
}

TEST(RunEstimate, IsToldInOneLine) {
  EXPECT_EQ(to_text({{"profile", 1, 2.4}, {"search", 4, 250}, {"training", 2, 7300}}),
            "about 2 h 05 min: 1 profile 2 s, 4 searches 4 min 10 s, 2 trainings 2 h 01 min");
}

}  // namespace
}  // namespace bitline
