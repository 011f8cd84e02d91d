#include "bitline/search/level_allocation.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <numeric>

#include "bitline/base/random.h"
#include "bitline/search/division_meter.h"
#include "bitline/search/plan_ranking.h"
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
// 492 = 32 · 15 + 12 answers may go: uniform 18 levels lose 15 · 33, 19 levels 14 · 33, and one
// layer changed comes to 577 at best (19 and 2 levels). The 544 cheaper divisions are tried at 16
// places, and 6 halvings find the border among the 36 between two of them.
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
  some.most_divisions = 0;
  some.cost = [](const SearchLayer& layer, std::int64_t levels) {
    return (layer.name == "high" ? 32 : 1) * (levels - 1);
  };
  for (std::int64_t levels = 2; levels <= kMost; ++levels) {
    some.levels.push_back(levels);
    some.uniform.emplace_back();
    for (const char* layer : {"high", "low"})
      some.uniform.back().layers[layer].spec.levels = levels;
  }
  some.lost_answers = 492;
  test::NotedProgress progress;
  const LevelAllocation allocation = allocate_levels(evaluator, some, {progress, {}});
  ASSERT_TRUE(allocation.best.has_value());
  EXPECT_EQ(allocation.best->cost, 1056 - 492);
  EXPECT_LE(progress.tasks("plans of mixed levels").front().done.size(), 16U + 6);
}

/// Two layers with 2 or 4 levels, each as dear; what is lost by both, and the plan as its levels.
LevelAllocation allocate_two(const std::map<std::string, std::int64_t>& lost,
                             const AllocationOptions& options) {
  const auto name_of = [](const AdcPlan& plan) {
    std::string name;
    for (const auto& [layer, planned] : plan.layers) name += std::to_string(planned.spec.levels);
    return name;
  };
  SyntheticEvaluator evaluator(
      {{"a", {-8, 8}}, {"b", {-8, 8}}}, 10, [&](const AdcPlan& plan, std::int64_t image) {
        const std::int64_t own = plan.layers.empty() ? 0 : lost.at(name_of(plan));
        return Score{1, image >= own ? 1 : 0, own};
      });
  AllocationOptions some = options;
  some.levels = {2, 4};
  some.cost = [](const SearchLayer&, std::int64_t levels) { return levels - 1; };
  for (const std::int64_t levels : some.levels) {
    some.uniform.emplace_back();
    for (const char* layer : {"a", "b"}) some.uniform.back().layers[layer].spec.levels = levels;
  }
  SilentProgress silent;
  return allocate_levels(evaluator, some, {silent, {}});
}

// 2 and 4 levels are as dear as 4 and 2 and lose more, so that they are on no front. Measured they
// were, with the sensitivities around 4 and 4.
TEST(LevelAllocation, TakesAPlanThatGaveASensitivity) {
  AllocationOptions some;
  some.most_divisions = 0;
  some.lost_answers = 2;
  const auto levels = [](const AdcPlan& plan) { return plan.layers.at("b").spec.levels; };
  some.confirms = [&](const AdcPlan& plan) { return levels(plan) == 4; };
  const LevelAllocation allocation =
      allocate_two({{"22", 3}, {"42", 1}, {"24", 2}, {"44", 0}}, some);
  ASSERT_TRUE(allocation.best.has_value());
  EXPECT_EQ(levels_of(*allocation.best, "a"), 2);
  EXPECT_EQ(allocation.best->cost, 1 + 3);
  EXPECT_EQ(allocation.divisions, 0);
  some.confirms = [](const AdcPlan&) { return false; };
  EXPECT_FALSE(allocate_two({{"22", 3}, {"42", 1}, {"24", 2}, {"44", 0}}, some).best.has_value());
}

TEST(LevelAllocation, PutsASensitivitysPlanOnTheFront) {
  AllocationOptions some;
  some.most_divisions = 0;
  some.largest_cost = 4;
  const LevelAllocation allocation =
      allocate_two({{"22", 3}, {"42", 2}, {"24", 1}, {"44", 0}}, some);
  ASSERT_EQ(allocation.front.size(), 3U);
  EXPECT_EQ(levels_of(allocation.front[1], "b"), 4);
  EXPECT_EQ(allocation.best->plan, allocation.front[1].plan);
}

/// Layers, levels, costs and scores at random, and the plans of all divisions measured one by one.
struct RandomAllocation {
  RandomAllocation()
      : layers(*rc::gen::inRange<std::size_t>(1, 4)), seed(*rc::gen::arbitrary<std::uint64_t>()) {
    options.levels = {2, 3, 4, 6};
    options.levels.resize(*rc::gen::inRange<std::size_t>(1, 5));
    options.search.block_images = *rc::gen::inRange(1, 12);
    options.cost = [seed = seed](const SearchLayer& layer, std::int64_t levels) {
      return static_cast<std::int64_t>(
          Random::stream(seed, layer.name, static_cast<std::uint64_t>(levels)).below(20));
    };
    const SyntheticEvaluator network = evaluator();
    for (const std::int64_t levels : options.levels) {
      options.uniform.emplace_back();
      for (const SearchLayer& layer : network.layers())
        options.uniform.back().layers[layer.name].spec.levels = levels;
    }
  }

  SyntheticEvaluator evaluator() const {
    std::vector<SearchLayer> some;
    for (std::size_t i = 0; i < layers; ++i) some.push_back({std::to_string(i), {-8, 8}});
    return {some, 12, [seed = seed](const AdcPlan& plan, std::int64_t image) {
              if (plan.layers.empty()) return Score{1, 1, 0};
              std::string text;
              for (const auto& [name, adc] : plan.layers) text += std::to_string(adc.spec.levels);
              Random random = Random::stream(seed, text, static_cast<std::uint64_t>(image));
              const std::int64_t right = random.below(3) == 0 ? 0 : 1;
              return Score{1, right, static_cast<std::int64_t>(random.below(5))};
            }};
  }

  /// Every division as a plan, its cost and its score.
  std::vector<MeasuredPlan> all() const {
    SyntheticEvaluator measure = evaluator();
    std::vector<std::int64_t> images(12);
    std::iota(images.begin(), images.end(), 0);
    std::vector<MeasuredPlan> plans{{}};
    for (const SearchLayer& layer : measure.layers()) {
      std::vector<MeasuredPlan> longer;
      for (const MeasuredPlan& plan : plans)
        for (const std::int64_t levels : options.levels) {
          longer.push_back(plan);
          longer.back().plan.layers[layer.name].spec.levels = levels;
          longer.back().cost += options.cost(layer, levels);
        }
      plans = longer;
    }
    for (MeasuredPlan& plan : plans)
      plan.score = measure.evaluate(std::span(&plan.plan, 1), images, [](std::int64_t) {}).front();
    return plans;
  }

  std::size_t layers;
  std::uint64_t seed;
  AllocationOptions options;
};

TEST(LevelAllocation, OfFewDivisionsItTakesTheCheapestOfAllThatKeepABudgetOnAnswers) {
  ASSERT_TRUE(rc::check([] {
    RandomAllocation random;
    random.options.lost_answers = *rc::gen::inRange(0, 12);
    // Half of the plans fail elsewhere, by their levels.
    const auto confirms = [seed = random.seed](const AdcPlan& plan) {
      std::uint64_t levels = seed % 97;
      for (const auto& [name, adc] : plan.layers)
        levels = 31 * levels + static_cast<std::uint64_t>(adc.spec.levels);
      return levels % 2 == 0;
    };
    random.options.confirms = confirms;
    std::optional<std::int64_t> cheapest;
    for (const MeasuredPlan& plan : random.all())
      if (plan.score.correct >= 12 - *random.options.lost_answers && confirms(plan.plan))
        cheapest = std::min(cheapest.value_or(plan.cost), plan.cost);
    SyntheticEvaluator evaluator = random.evaluator();
    SilentProgress silent;
    const LevelAllocation found = allocate_levels(evaluator, random.options, {silent, {}});
    RC_ASSERT(found.divisions == std::ssize(random.all()));
    RC_ASSERT(found.best.has_value() == cheapest.has_value());
    if (cheapest) RC_ASSERT(found.best->cost == *cheapest);
  }));
}

TEST(LevelAllocation, OfFewDivisionsItTakesTheBestOfAllWithinABudgetOnCost) {
  ASSERT_TRUE(rc::check([] {
    RandomAllocation random;
    random.options.largest_cost = *rc::gen::inRange(0, 60);
    random.options.search.objective = *rc::gen::element(Objective::kAccuracy, Objective::kLoss);
    std::optional<Score> best;
    for (const MeasuredPlan& plan : random.all())
      if (plan.cost <= *random.options.largest_cost &&
          (!best || ranks_before(random.options.search.objective, {plan.score}, {*best})))
        best = plan.score;
    SyntheticEvaluator evaluator = random.evaluator();
    SilentProgress silent;
    const LevelAllocation found = allocate_levels(evaluator, random.options, {silent, {}});
    RC_ASSERT(found.best.has_value() == best.has_value());
    if (best) RC_ASSERT(found.best->score == *best);
  }));
}

// 5 of the first block's images are wrong, of which 2 may be; nothing more is asked.
TEST(LevelAllocation, DropsADivisionAsSoonAsItCannotKeepTheBudget) {
  SyntheticEvaluator evaluator({{"a", {-8, 8}}}, 100, [](const AdcPlan&, std::int64_t image) {
    return Score{1, image >= 5 ? 1 : 0, 0};
  });
  AllocationOptions some;
  some.levels = {2};
  some.lost_answers = 2;
  some.search.block_images = 10;
  some.cost = [](const SearchLayer&, std::int64_t) { return 1; };
  SilentProgress silent;
  const Cancellation never;
  DivisionMeter meter(evaluator, some, {silent, never});
  const Score lossless{100, 100, 0};
  const PlanRanking ranking(some, lossless);
  MeasuredPlan plan{};
  EXPECT_FALSE(meter.measure_while(
      plan, [&](const MeasuredPlan& hoped) { return ranking.keeps_budget(hoped); }));
  EXPECT_EQ(evaluator.images_measured, 10);
  EXPECT_TRUE(meter.measured().empty());
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
