#include "bitline/runtime/layer_probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "bitline/base/parallel.h"
#include "bitline/testing/graphs.h"
#include "bitline/testing/plans.h"
#include "bitline/testing/small_network.h"
#include "bitline/testing/tensors.h"

namespace bitline {
namespace {

using test::append;
using test::four_levels;
using test::lossless;
using test::network_with_input;
using test::plan_for;
using test::signed_spec;
using test::tensor_of;
using test::unsigned_spec;
using ::testing::ElementsAre;

/// y = W (A - 1) / 8 with W = 1 2 / -1 1 and A of 4 bits.
Network one_layer() {
  Network network = network_with_input({2});
  append(network, "layer", Linear{}, {"input"},
         {{"weight", tensor_of({2, 2}, {0.5F, 1, -0.5F, 0.5F})}});
  network.quant["input"] = unsigned_spec(4, 0.25F);
  network.quant["input"].zero_point = 1;
  network.quant["layer.weight"] = signed_spec(4, {0.5F});
  return network;
}

ArraySpec mapped() {
  ArraySpec array;
  array.first_layer = LayerPolicy::kMapped;
  array.last_layer = LayerPolicy::kMapped;
  return array;
}

/// Its layer is step 1 and reads A = 5, 2.
class LayerProbeOfOneLayer : public ::testing::Test {
 protected:
  const Executor executor_{one_layer(), MacMode::kAnalog, mapped()};
  const LayerProbe layer_{executor_, 1};
  const Values values_ = executor_.begin(tensor_of({1, 2}, {1, 0.25F}));
};

TEST_F(LayerProbeOfOneLayer, SeesSumsThatCountTheZeroPoint) {
  // 5 + 2 · 2, -5 + 2.
  EXPECT_THAT(test::values_of(layer_.sums(values_, {})), ElementsAre(9, -3));
  const PreparedPlan plan = executor_.prepare(plan_for(executor_, lossless()));
  const Tensor of_array = layer_.sums(values_, plan);
  ASSERT_EQ(of_array.size(), 2);
  EXPECT_EQ(of_array.data<std::int64_t>()[0], 9);
  EXPECT_EQ(of_array.data<std::int64_t>()[1], -3);
}

TEST_F(LayerProbeOfOneLayer, SeesWhatSumsAreWorthAndWhatTheZeroPointAdds) {
  EXPECT_THAT(layer_.output_scale({}), ElementsAre(0.125));
  EXPECT_THAT(layer_.zero_offset(), ElementsAre(-0.375, 0));  // -1/8 · (1 + 2), -1/8 · (-1 + 1)
  EXPECT_FALSE(layer_.pads_with_zero());
}

TEST_F(LayerProbeOfOneLayer, CountsDigitsAndReadsByStream) {
  // 5 is 0101 and 2 is 0010: only in the highest stream is no word line driven.
  EXPECT_THAT(layer_.count_ones(values_), ElementsAre(1, 1, 1, 0));
  const ReadCount reads = layer_.count_reads(values_);
  EXPECT_EQ(reads.reads, 4);
  EXPECT_EQ(reads.idle, 1);
}

TEST_F(LayerProbeOfOneLayer, ScalesSumsByTheAdcsUnit) {
  AdcSpec quarters;  // the table gives p / 4
  quarters.quantizer = quantizers::kTable;
  AdcPlan plan = plan_for(executor_, quarters);
  PlannedAdc& adc = plan.layers.at("layer");
  adc.spec.levels = adc.sums.maximum - adc.sums.minimum + 1;
  for (std::int64_t p = adc.sums.minimum; p <= adc.sums.maximum; ++p) {
    if (p > adc.sums.minimum) adc.spec.table_thresholds.push_back(p);
    adc.spec.table_values.emplace_back(p, 4);
  }
  const PreparedPlan prepared = executor_.prepare(plan);
  const std::vector<double> scale = layer_.output_scale(prepared);
  ASSERT_EQ(scale.size(), 1U);
  const Tensor sums = layer_.sums(values_, prepared);
  EXPECT_EQ(scale[0] * static_cast<double>(sums.data<std::int64_t>()[0]), 0.125 * 9 / 4);
}

TEST(LayerProbe, SumsOfEveryPlanStandOneBehindTheOther) {
  const Executor executor(test::small_network(), MacMode::kAnalog);
  const std::size_t step = executor.step_of("shortcut");
  const LayerProbe layer(executor, step);
  std::vector<PreparedPlan> plans;
  for (const AdcSpec& spec : {four_levels(), lossless()})
    plans.push_back(executor.prepare(plan_for(executor, spec)));
  Values values = executor.begin(test::random_images(3));
  executor.run(values, 0, step);
  const Tensor each = layer.sums_each(values, plans);
  for (std::int64_t p = 0; p < 2; ++p) {
    const Tensor alone = layer.sums(values, plans[static_cast<std::size_t>(p)]);
    EXPECT_TRUE(std::ranges::equal(each.slice(3 * p, 3 * p + 3).data<std::int64_t>(),
                                   alone.data<std::int64_t>()))
        << p;
  }
}

TEST(LayerProbe, HistogramsOfSomeLayersCountAsThoseOfAll) {
  const Tensor images = test::random_images(40);  // threads share them out
  const Executor executor(test::small_network(), MacMode::kAnalog);
  const PreparedPlan plan = executor.prepare(plan_for(executor, lossless()));
  HistogramMap all = make_histograms(executor, false);
  HistogramMap some;
  some.emplace("main", all.at("main"));
  const int threads_before = thread_count();
  set_thread_count(2);
  executor.logits(images, plan, &all);
  executor.logits(images, plan, &some);
  set_thread_count(threads_before);
  EXPECT_EQ(some.size(), 1U);
  EXPECT_EQ(some.at("main").total().counts(), all.at("main").total().counts());
}

}  // namespace
}  // namespace bitline
