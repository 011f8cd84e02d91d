#include "bitline/search/level_allocation.h"

#include <gtest/gtest.h>

#include "bitline/testing/progress.h"
#include "bitline/testing/synthetic_evaluator.h"

namespace bitline {
namespace {

using test::SyntheticEvaluator;

/// Three layers of which the middle one needs many levels: image i is right where it is no smaller
/// than what the layers lose together.
SyntheticEvaluator network() {
  return SyntheticEvaluator({{"front", {-8, 8}}, {"middle", {-8, 8}}, {"back", {-8, 8}}}, 32,
                            [](const AdcPlan& plan, std::int64_t image) {
                              std::int64_t lost = 0;
                              for (const auto& [name, planned] : plan.layers) {
                                const std::int64_t missing = 16 - planned.spec.levels;
                                const bool far_off = planned.spec.delta != Rational(4);
                                lost +=
                                    (name == "middle" ? missing : missing / 8) + (far_off ? 9 : 0);
                              }
                              return Score{1, image >= lost ? 1 : 0, lost};
                            });
}

AllocationOptions options() {
  AllocationOptions options;
  options.levels = {2, 4, 8, 16};
  options.cost = [](const SearchLayer& layer, std::int64_t levels) {
    return (layer.name == "front" ? 10 : 1) * (levels - 1);
  };
  return options;
}

LevelAllocation allocate(const AllocationOptions& options) {
  SyntheticEvaluator evaluator = network();
  SilentProgress silent;
  return allocate_levels(evaluator, options, {silent, {}});
}

AdcPlan uniform_plan(std::int64_t levels) {
  AdcPlan plan;
  for (const char* layer : {"front", "middle", "back"}) {
    PlannedAdc& planned = plan.layers[layer];
    planned.spec.levels = levels;
    planned.spec.delta = 3;
    planned.sums.minimum = -8;
    planned.sums.maximum = 8;
  }
  return plan;
}

std::int64_t levels_of(const MeasuredPlan& plan, const std::string& layer) {
  return plan.plan.layers.at(layer).spec.levels;
}

TEST(LevelAllocation, SearchesTheRangesOfUniformPlans) {
  AllocationOptions some = options();
  some.lost_answers = 3;
  const LevelAllocation allocation = allocate(some);
  EXPECT_EQ(allocation.lossless, (Score{32, 32, 0}));
  ASSERT_EQ(allocation.uniform.size(), 4U);
  const MeasuredPlan& eight = allocation.uniform[2];
  EXPECT_EQ(levels_of(eight, "back"), 8);
  EXPECT_EQ(eight.plan.layers.at("back").spec.delta, Rational(4));
  EXPECT_EQ(eight.cost, 70 + 7 + 7);
  EXPECT_EQ(eight.score.correct, 32 - (8 + 1 + 1));
}

// With 2 levels in front and back, 16 between, 2 answers are lost; 2 levels between lose 14 more.
TEST(LevelAllocation, MeasuresSensitivitiesAroundThePlanThatItTakes) {
  AllocationOptions some = options();
  some.lost_answers = 2;
  const LevelAllocation allocation = allocate(some);
  ASSERT_EQ(allocation.sensitivities.size(), 3U);
  const Sensitivity& middle = allocation.sensitivities[1][0];
  EXPECT_EQ(middle.levels, 2);
  EXPECT_EQ(middle.score, (Score{32, 32 - 16, std::int64_t{16} * 32}));
  EXPECT_EQ(allocation.sensitivities[0][2].cost, 70);
  EXPECT_EQ(allocation.sensitivities[1][3].score, allocation.best->score);
}

// The cheapest and the best of all measured ones are its ends.
TEST(LevelAllocation, LeavesTheFrontOfWhatItMeasured) {
  AllocationOptions some = options();
  some.lost_answers = 2;
  const std::vector<MeasuredPlan> front = allocate(some).front;
  EXPECT_EQ(front.front().cost, 10 + 1 + 1);
  EXPECT_EQ(front.back().score.correct, 32);
  for (std::size_t i = 1; i < front.size(); ++i) {
    EXPECT_GT(front[i].cost, front[i - 1].cost);
    EXPECT_LT(front[i].score.loss, front[i - 1].score.loss);
  }
}

// The front layer is dear and loses 1 answer with 2 … 8 levels; the middle one may lose nothing.
TEST(LevelAllocation, SpendsLevelsWhereTheyAreNeeded) {
  AllocationOptions some = options();
  some.lost_answers = 2;
  const LevelAllocation allocation = allocate(some);
  ASSERT_TRUE(allocation.best.has_value());
  EXPECT_EQ(levels_of(*allocation.best, "front"), 2);
  EXPECT_EQ(levels_of(*allocation.best, "middle"), 16);
  EXPECT_EQ(levels_of(*allocation.best, "back"), 2);
  EXPECT_EQ(allocation.best->cost, 10 + 15 + 1);
  EXPECT_EQ(allocation.best->score.correct, 30);
}

TEST(LevelAllocation, SpendsAGivenCostOnTheBestScore) {
  AllocationOptions some = options();
  some.largest_cost = 20;
  const LevelAllocation allocation = allocate(some);
  ASSERT_TRUE(allocation.best.has_value());
  EXPECT_LE(allocation.best->cost, 20);
  EXPECT_EQ(levels_of(*allocation.best, "middle"), 8);
}

TEST(LevelAllocation, SaysWhereNoPlanKeepsTheBudget) {
  AllocationOptions some = options();
  some.levels = {2};
  some.lost_answers = 0;
  EXPECT_FALSE(allocate(some).best.has_value());
}

// Together the layers lose more than one by one: the plan that the sums promise is measured, and
// one that keeps the budget is taken.
TEST(LevelAllocation, KeepsTheBudgetAsMeasuredWhereLayersInteract) {
  SyntheticEvaluator evaluator({{"a", {-8, 8}}, {"b", {-8, 8}}}, 20,
                               [](const AdcPlan& plan, std::int64_t image) {
                                 std::int64_t coarse = 0;
                                 for (const auto& [name, planned] : plan.layers)
                                   coarse += planned.spec.levels < 8 ? 1 : 0;
                                 const std::int64_t lost = coarse == 2 ? 15 : coarse;
                                 return Score{1, image >= lost ? 1 : 0, lost};
                               });
  AllocationOptions some = options();
  some.lost_answers = 4;
  SilentProgress silent;
  const LevelAllocation allocation = allocate_levels(evaluator, some, {silent, {}});
  ASSERT_TRUE(allocation.best.has_value());
  EXPECT_EQ(allocation.best->score.correct, 19);
}

// Two coarse layers lose everything, so that around a coarse plan no single layer changes anything:
// what a layer loses shows around the plan beyond the budget.
TEST(LevelAllocation, UnderABudgetOnCostLooksFromTheFinerSideToo) {
  SyntheticEvaluator evaluator({{"a", {-8, 8}}, {"b", {-8, 8}}, {"c", {-8, 8}}}, 20,
                               [](const AdcPlan& plan, std::int64_t image) {
                                 std::int64_t coarse = 0;
                                 std::int64_t lost = 0;
                                 for (const auto& [name, planned] : plan.layers) {
                                   if (planned.spec.levels == 16) continue;
                                   ++coarse;
                                   lost = name == "c" ? 1 : 10;
                                 }
                                 if (coarse > 1) lost = 12;
                                 return Score{1, image >= lost ? 1 : 0, lost};
                               });
  AllocationOptions some = options();
  some.levels = {4, 16};
  some.cost = [](const SearchLayer&, std::int64_t levels) { return levels - 1; };
  some.largest_cost = 40;
  SilentProgress silent;
  const LevelAllocation allocation = allocate_levels(evaluator, some, {silent, {}});
  ASSERT_TRUE(allocation.best.has_value());
  EXPECT_EQ(levels_of(*allocation.best, "c"), 4);
  EXPECT_EQ(allocation.best->score.correct, 19);
}

// A plan's cost and what it loses add up to 1,056, so that of 32 × 32 divisions none beats another.
// Uniform 18 levels lose 15 · 33 answers and cost 561; the 528 cheaper divisions are tried at 16
// places, and 6 halvings find the border among the 35 between the last two.
TEST(LevelAllocation, FindsTheBudgetByHalving) {
  constexpr std::int64_t kMost = 33;
  SyntheticEvaluator evaluator(
      {{"high", {-8, 8}}, {"low", {-8, 8}}}, 1024, [](const AdcPlan& plan, std::int64_t image) {
        std::int64_t lost = 0;
        for (const auto& [name, planned] : plan.layers)
          lost += (name == "high" ? 32 : 1) * (kMost - planned.spec.levels);
        return Score{1, image >= lost ? 1 : 0, lost};
      });
  AllocationOptions some;
  some.cost = [](const SearchLayer& layer, std::int64_t levels) {
    return (layer.name == "high" ? 32 : 1) * (levels - 1);
  };
  for (std::int64_t levels = 2; levels <= kMost; ++levels) {
    some.levels.push_back(levels);
    some.uniform.emplace_back();
    for (const char* layer : {"high", "low"})
      some.uniform.back().layers[layer].spec.levels = levels;
  }
  some.lost_answers = 15 * 33 + 2;
  test::NotedProgress progress;
  const LevelAllocation allocation = allocate_levels(evaluator, some, {progress, {}});
  ASSERT_TRUE(allocation.best.has_value());
  EXPECT_EQ(allocation.best->cost, 561 - 2);
  EXPECT_LE(progress.tasks("plans of mixed levels").front().done.size(), 16U + 6);
}

// Ranges that are given stay, be they the wrong ones.
TEST(LevelAllocation, TakesTheRangesOfGivenPlans) {
  AllocationOptions some = options();
  some.levels = {8, 16};
  some.lost_answers = 32;
  for (const std::int64_t levels : some.levels) some.uniform.push_back(uniform_plan(levels));
  const LevelAllocation allocation = allocate(some);
  ASSERT_TRUE(allocation.best.has_value());
  EXPECT_EQ(allocation.best->plan, some.uniform[0]);
  some.uniform.pop_back();
  EXPECT_THROW(allocate(some), Error);
}

TEST(LevelAllocation, TakesExactlyOneBudget) {
  EXPECT_THROW(allocate(options()), Error);
  AllocationOptions both = options();
  both.lost_answers = both.largest_cost = 1;
  EXPECT_THROW(allocate(both), Error);
}

TEST(LevelAllocation, StopsOnRequest) {
  AllocationOptions some = options();
  some.lost_answers = 1;
  SyntheticEvaluator evaluator = network();
  SilentProgress silent;
  Cancellation stop;
  stop.request();
  EXPECT_THROW(allocate_levels(evaluator, some, {silent, stop}), Error);
}

TEST(LevelAllocation, StopsBetweenThePlansOfOneLayer) {
  AllocationOptions some = options();
  some.lost_answers = 32;
  for (const std::int64_t levels : some.levels) some.uniform.push_back(uniform_plan(levels));
  constexpr std::int64_t kUniform = 5;  // with the lossless network
  Cancellation stop;
  std::int64_t plans = 0;
  SyntheticEvaluator evaluator({{"front", {-8, 8}}, {"middle", {-8, 8}}, {"back", {-8, 8}}}, 1,
                               [&](const AdcPlan&, std::int64_t) {
                                 if (++plans == kUniform + 2) stop.request();
                                 return Score{1, 1, 0};
                               });
  SilentProgress silent;
  EXPECT_THROW(allocate_levels(evaluator, some, {silent, stop}), Error);
  EXPECT_EQ(plans, kUniform + 2);
}

}  // namespace
}  // namespace bitline
