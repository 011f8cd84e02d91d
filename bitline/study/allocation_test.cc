#include "bitline/study/allocation.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "bitline/study/evaluation.h"
#include "bitline/study/inputs.h"
#include "bitline/study/search_sample.h"
#include "bitline/testing/study.h"

namespace bitline {
namespace {

/// Labels are what the lossless network answers, half of them 0.
class AllocationTest : public ::testing::Test {
 protected:
  AllocationTest() {
    Network network = test::tiny_network();
    Dataset data = test::two_classes(120, 5);
    const Executor executor(network, MacMode::kAnalog, study_.config().array);
    const Tensor logits =
        executor.logits(normalized_images(network, data, study_.config().data), {});
    std::vector<float> leads;  // of class 1
    for (std::size_t i = 0; i < data.labels.size(); ++i)
      leads.push_back(logits.data<float>()[2 * i + 1] - logits.data<float>()[2 * i]);
    std::vector<float> sorted = leads;
    std::ranges::sort(sorted);
    const float median = (sorted[59] + sorted[60]) / 2;
    network.tensors.at("classifier.bias").data<float>()[0] += median;
    write_network(study_.folder() / "network.safetensors", network);
    for (std::size_t i = 0; i < leads.size(); ++i) data.labels[i] = leads[i] > median ? 1 : 0;
    save_samples(study_.folder() / "search.safetensors", {data, "test", "made up", {}});
  }

  AllocationOutcome allocate_with(double max_loss, std::int64_t validation_per_class,
                                  std::int64_t images_per_class = 6) {
    RunConfig config = study_.config("[allocate]\nlevels = [3, 6, 12, 40]\n");
    config.search.recalibrate = false;
    config.allocate->max_loss = max_loss;
    config.data.images_per_class = images_per_class;
    config.data.validation_per_class = validation_per_class;
    return outcome_of(config);
  }

  AllocationOutcome outcome_of(const RunConfig& config) {
    SearchStudy search_study(load_network(config.model), config, {silent_, cancellation_});
    const Dataset test = load_split(config.data, Split::kTest, {silent_, cancellation_});
    return allocate(search_study, config, test, study_.folder() / "journal",
                    {silent_, cancellation_});
  }

  test::TestStudy study_;
  SilentProgress silent_;
  Cancellation cancellation_;
};

// 12 images in the search sample: 3 may be lost, and 3 levels lose 2. 40 are left to validate: 13
// may be lost, and nothing but 40 levels loses so few.
TEST_F(AllocationTest, KeepsABudgetOnAccuracyOnImagesThatNoRangeWasFittedTo) {
  const AllocationOutcome fitted = allocate_with(33, 0);
  ASSERT_TRUE(fitted.allocation.best);
  EXPECT_EQ(fitted.validation_images, 0);
  const AllocationOutcome validated = allocate_with(33, 20);
  ASSERT_TRUE(validated.allocation.best);
  EXPECT_EQ(validated.validation_images, 40);
  EXPECT_EQ(validated.lossless_validated, 40);
  EXPECT_GE(validated.best_validated, 40 - 13);
  EXPECT_LT(validated.uniform.front().validated, 40 - 13);
  EXPECT_GT(validated.allocation.best->cost, fitted.allocation.best->cost);
  EXPECT_FALSE(allocate_with(0, 20).allocation.best);
}

// The plan with equal levels that keeps both budgets may be beaten on the search sample.
TEST_F(AllocationTest, FindsAPlanWhereOneWithEqualLevelsKeepsTheBudget) {
  for (const std::int64_t images_per_class : {3, 5, 7})
    for (const double max_loss : {0.0, 10.0, 20.0, 30.0}) {
      const AllocationOutcome outcome = allocate_with(max_loss, 20, images_per_class);
      if (outcome.allocation.best) continue;
      const auto lost = static_cast<std::int64_t>(max_loss / 100 * 40);
      for (const UniformPlan& plan : outcome.uniform)
        EXPECT_FALSE(plan.plan.score.correct >=
                         outcome.allocation.lossless.correct - *outcome.lost_answers &&
                     plan.validated >= outcome.lossless_validated - lost)
            << images_per_class << " " << max_loss << " " << plan.levels;
    }
}

// Flash ADCs of L levels take (L - 1) / 15 of what those of 16 take, in every layer.
TEST_F(AllocationTest, ABudgetOnCostIsKeptByWhatCostsThatMuch) {
  for (const std::int64_t levels : {3, 4, 6, 7, 8, 10, 12, 13}) {
    RunConfig config = study_.config("[allocate]\nranges = \"three-sigma\"\n");
    config.allocate->levels = {levels};
    config.allocate->max_cost = static_cast<double>(levels - 1) / 15;
    EXPECT_TRUE(outcome_of(config).allocation.best) << levels;
    *config.allocate->max_cost *= 0.999;
    EXPECT_FALSE(outcome_of(config).allocation.best) << levels;
  }
}

// 0.29 · 100 is 28.999999999999996.
TEST_F(AllocationTest, ABudgetOfWholeAnswersIsThatMany) {
  EXPECT_EQ(allocate_with(29, 0, 50).lost_answers, 29);
  EXPECT_EQ(allocate_with(28.99, 0, 50).lost_answers, 28);
}

// Without a budget that anything keeps, the finest plan would be taken.
TEST_F(AllocationTest, GivesALayerNoMoreLevelsThanItsHardwareHas) {
  const std::string limited = "stage2.block1.conv2";
  for (const char* ranges : {"layer-wise", "three-sigma"}) {
    const RunConfig config = study_.config(fmt::format(
        "[array.layers.\"{}\"]\nadc_levels = 3\n[allocate]\nlevels = [3, 6]\nmax_cost = 1.0\n"
        "ranges = \"{}\"\n",
        limited, ranges));
    const AllocationOutcome outcome = outcome_of(config);
    const auto check = [&](const MeasuredPlan& plan) {
      EXPECT_EQ(plan.plan.layers.at(limited).spec.levels, 3);
    };
    ASSERT_TRUE(outcome.allocation.best);
    check(*outcome.allocation.best);
    std::ranges::for_each(outcome.allocation.uniform, check);
    std::ranges::for_each(outcome.allocation.front, check);
    EXPECT_EQ(outcome.allocation.uniform.back().plan.layers.at("stage2.block1.conv1").spec.levels,
              6);
    const auto place = std::ranges::find(outcome.layers, limited) - outcome.layers.begin();
    const auto& own = outcome.allocation.sensitivities.at(static_cast<std::size_t>(place));
    EXPECT_EQ(own.back().levels, 3);
    EXPECT_EQ(own.back().cost, own.front().cost);
  }
}

}  // namespace
}  // namespace bitline
