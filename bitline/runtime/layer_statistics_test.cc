#include "bitline/runtime/layer_statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/base/parallel.h"
#include "bitline/runtime/layer_probe.h"
#include "bitline/runtime/statistics_change.h"
#include "bitline/testing/plans.h"
#include "bitline/testing/small_network.h"

namespace bitline {
namespace {

using test::four_levels;
using test::plan_for;
using test::random_images;
using test::small_network;
using ::testing::DoubleEq;
using ::testing::Pointwise;

constexpr std::int64_t kImages = 21;  // two parts of 8 and one of 5

void expect_same(const Values& a, const Values& b) {
  ASSERT_EQ(a.size(), b.size());
  for (const auto& [name, value] : a) {
    ASSERT_TRUE(b.contains(name)) << name;
    EXPECT_EQ(value.data.shape(), b.at(name).data.shape()) << name;
    EXPECT_TRUE(std::ranges::equal(value.data.bytes(), b.at(name).data.bytes())) << name;
  }
}

class RunWithStatistics : public ::testing::TestWithParam<int> {
 protected:
  RunWithStatistics() { set_thread_count(GetParam()); }
  ~RunWithStatistics() override { set_thread_count(1); }
};

TEST_P(RunWithStatistics, LeavesTheValuesThatARunLeaves) {
  const Executor executor(small_network(), MacMode::kAnalog);
  const PreparedPlan plan = executor.prepare(plan_for(executor, four_levels()));
  for (const PreparedPlan& some : {plan, PreparedPlan()}) {
    Values values = executor.begin(random_images(kImages));
    Values expected = values;
    for (std::size_t step = 0; step < executor.steps().size(); ++step) {
      run_with_statistics(executor, step, values, some, [](const ChannelStatistics&) {});
      executor.run(expected, step, step + 1, some);
      expect_same(values, expected);
    }
  }
}

TEST_P(RunWithStatistics, TellsOfAllImagesOfLayersBeforeABatchNorm) {
  const Executor executor(small_network(), MacMode::kAnalog);
  const PreparedPlan plan = executor.prepare(plan_for(executor, four_levels()));
  Values values = executor.begin(random_images(kImages));
  for (std::size_t step = 0; step < executor.steps().size(); ++step) {
    const Step& lowered = executor.steps()[step];
    const bool is_told = lowered.is_layer() && lowered.batch_norm != nullptr;
    std::optional<ChannelStatistics> expected;
    if (is_told) {
      const LayerProbe layer(executor, step);
      const Tensor sums = layer.sums(values, plan);
      ChannelMoments whole(static_cast<std::size_t>(sums.dim(1)), false);
      whole.add(sums);
      expected = whole.statistics(layer.output_scale(plan), std::vector<double>{0.0});
    }
    bool told = false;
    run_with_statistics(executor, step, values, plan, [&](const ChannelStatistics& statistics) {
      told = true;
      EXPECT_THAT(statistics.mean, Pointwise(DoubleEq(), expected->mean));
      EXPECT_THAT(statistics.variance, Pointwise(DoubleEq(), expected->variance));
    });
    EXPECT_EQ(told, is_told);
  }
}

TEST_P(RunWithStatistics, FinishesTheLayerWithWhatItsHearerChanged) {
  const Executor executor(small_network(), MacMode::kAnalog);
  const std::size_t step = executor.step_of("main");
  PreparedPlan changed = executor.prepare(plan_for(executor, four_levels()));
  PreparedPlan given = executor.prepare(plan_for(executor, four_levels()));
  NormStatistics other = stored_statistics(executor.network(), executor.steps()[step]);
  other.mean = other.mean.clone();
  for (float& mean : other.mean.data<float>()) mean += 1;
  use_statistics(executor, step, other, changed);
  Values values = executor.begin(random_images(kImages));
  executor.run(values, 0, step, given);
  Values expected = values;
  executor.run(expected, step, step + 1, changed);
  run_with_statistics(executor, step, values, given, [&](const ChannelStatistics&) {
    use_statistics(executor, step, other, given);
  });
  expect_same(values, expected);
}

INSTANTIATE_TEST_SUITE_P(Threads, RunWithStatistics, ::testing::Values(1, 3));

}  // namespace
}  // namespace bitline
