#include "bitline/runtime/recalibrate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "bitline/runtime/layer_probe.h"
#include "bitline/runtime/layer_statistics.h"
#include "bitline/runtime/statistics_change.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/small_network.h"

namespace bitline {
namespace {

using test::message_of;
using test::random_images;
using test::small_network;

AdcPlan coarse_plan(const Executor& executor) {
  AdcSpec spec;
  spec.levels = 3;
  spec.delta = 4;  // the shortcut has four rows
  AdcPlan plan;
  for (const CimLayer* layer : executor.cim_layers())
    plan.layers[layer->name] = {spec, layer->sums};
  return plan;
}

Network recalibrated(const Tensor& images) {
  Executor executor(small_network(), MacMode::kAnalog);
  PreparedPlan plan = executor.prepare(coarse_plan(executor));
  SilentProgress silent;
  return recalibrate(executor, plan, images, {silent, {}});
}

/// The network as a training leaves it: statistics are those of its layers without ADCs.
Network with_own_statistics(Network network, const Tensor& images) {
  Executor executor(std::move(network), MacMode::kAnalog);
  PreparedPlan none;
  Values values = executor.begin(images);
  for (std::size_t i = 0; i < executor.steps().size(); ++i)
    run_with_statistics(executor, i, values, none, [&](const ChannelStatistics& own) {
      const std::vector<float> mean(own.mean.begin(), own.mean.end());
      const std::vector<float> variance(own.variance.begin(), own.variance.end());
      const auto channels = static_cast<std::int64_t>(mean.size());
      set_statistics(executor, i,
                     {Tensor::of<float>({channels}, mean), Tensor::of<float>({channels}, variance)},
                     none);
    });
  return executor.network();
}

struct Moments {
  double mean, variance;
};

/// Of one channel of layer "main" before its batch-norm, in double precision.
Moments moments_of(const Executor& executor, const PreparedPlan& plan, const Tensor& images,
                   std::size_t channel) {
  const std::size_t step = executor.step_of("main");
  Values values = executor.begin(images);
  executor.run(values, 0, step, plan);
  const Tensor sums = LayerProbe(executor, step).sums(values, plan);
  const double scale = LayerProbe(executor, step).output_scale(plan)[0];
  std::vector<double> y;
  const auto n = static_cast<std::size_t>(images.dim(0));
  for (std::size_t image = 0; image < n; ++image)
    for (std::size_t i = 0; i < 16; ++i) {
      const std::size_t at = (image * 6 + channel) * 16 + i;
      y.push_back(scale * (sums.dtype() == DType::kI64
                               ? static_cast<double>(sums.data<std::int64_t>()[at])
                               : static_cast<double>(sums.data<float>()[at])));
    }
  const double count = static_cast<double>(y.size());
  const double mean = std::accumulate(y.begin(), y.end(), 0.0) / count;
  double squares = 0;
  for (const double value : y) squares += (value - mean) * (value - mean);
  return {mean, squares / (count - 1)};
}

TEST(Recalibrate, MovesTheStatisticsByWhatThePlanChanges) {
  const Tensor images = random_images(70);  // more than one chunk
  const Network before = small_network();
  const Network after = recalibrated(images);
  const Executor reference(before, MacMode::kAnalog);
  const Executor executor(after, MacMode::kAnalog);
  const PreparedPlan plan = executor.prepare(coarse_plan(executor));
  const Node& norm = before.node("main_norm");
  for (std::size_t c = 0; c < 6; ++c) {
    const Moments lossless = moments_of(reference, {}, images, c);
    const Moments converted = moments_of(executor, plan, images, c);
    const double mean = before.parameter(norm, "mean").data<float>()[c];
    const double variance = before.parameter(norm, "variance").data<float>()[c];
    const double scale = std::sqrt(converted.variance / lossless.variance);
    EXPECT_NEAR(after.parameter(norm, "mean").data<float>()[c],
                converted.mean + (mean - lossless.mean) * scale, 1e-4);
    EXPECT_NEAR(after.parameter(norm, "variance").data<float>()[c],
                variance * converted.variance / lossless.variance, 1e-4);
  }
}

/// A table that gives a quarter of every sum, for the layers that a batch-norm follows.
AdcPlan quarter_plan(const Executor& executor) {
  AdcPlan plan = coarse_plan(executor);
  std::erase_if(plan.layers, [&](const auto& layer) {
    return executor.steps()[executor.step_of(layer.first)].batch_norm == nullptr;
  });
  EXPECT_FALSE(plan.layers.empty());
  for (auto& [name, planned] : plan.layers) {
    planned.spec = {};
    planned.spec.quantizer = quantizers::kTable;
    planned.spec.levels = planned.sums.maximum - planned.sums.minimum + 1;
    for (std::int64_t p = planned.sums.minimum; p <= planned.sums.maximum; ++p) {
      if (p > planned.sums.minimum) planned.spec.table_thresholds.push_back(p);
      planned.spec.table_values.emplace_back(p, 4);
    }
  }
  return plan;
}

// Behind batch-norm nothing is left of it, though the stored mean is far from that of the layer.
TEST(Recalibrate, TakesAScaleOut) {
  const Tensor images = random_images(20);
  const Executor before(small_network(), MacMode::kAnalog);
  Executor executor(small_network(), MacMode::kAnalog);
  PreparedPlan plan = executor.prepare(quarter_plan(executor));
  SilentProgress silent;
  recalibrate(executor, plan, images, {silent, {}});
  const Tensor expected = before.logits(images);
  const Tensor found = executor.logits(images, plan);
  for (std::size_t i = 0; i < static_cast<std::size_t>(expected.size()); ++i)
    EXPECT_NEAR(found.data<float>()[i], expected.data<float>()[i], 0.05) << i;
}

TEST(Recalibrate, ChangesNothingWhenThePlanLosesNothing) {
  const Network before = small_network();
  Executor executor(before, MacMode::kAnalog);
  PreparedPlan plan;
  SilentProgress silent;
  const Network after = recalibrate(executor, plan, random_images(20), {silent, {}});
  for (const auto& [key, tensor] : before.tensors)
    EXPECT_TRUE(std::ranges::equal(tensor.data<float>(), after.tensors.at(key).data<float>()))
        << key;
}

TEST(Recalibrate, ChangesNothingInFrontOfAZeroPointOrInRealNumbers) {
  // The zero point shifts both means alike. Then "first" computes in real numbers.
  for (const bool real_first : {false, true}) {
    Network before = small_network();
    before.quant.at("first_relu").zero_point = 5;
    if (real_first) {
      before.quant.erase("input");
      before.quant.erase("first.weight");
    }
    Executor executor(before, MacMode::kAnalog);
    AdcSpec lossless;
    lossless.quantizer = quantizers::kLossless;
    AdcPlan ranges = coarse_plan(executor);
    for (auto& [name, layer] : ranges.layers) layer.spec = lossless;
    PreparedPlan plan = executor.prepare(ranges);
    SilentProgress silent;
    const Network after = recalibrate(executor, plan, random_images(20), {silent, {}});
    for (const auto& [key, tensor] : before.tensors)
      EXPECT_TRUE(std::ranges::equal(tensor.data<float>(), after.tensors.at(key).data<float>()))
          << key;
  }
}

TEST(Recalibrate, LeavesEverythingButTheStatisticsAlone) {
  const Network before = small_network();
  const Network after = recalibrated(random_images(10));
  for (const auto& [key, tensor] : before.tensors) {
    // the first layer is digital and reads the images, so that the plan changes nothing there
    const bool statistic =
        (key.ends_with(".mean") || key.ends_with(".variance")) && !key.starts_with("first_norm");
    const bool same = std::ranges::equal(tensor.data<float>(), after.tensors.at(key).data<float>());
    EXPECT_EQ(same, !statistic) << key;
  }
}

TEST(Recalibrate, LeavesTheNetworkThatItWasGivenAlone) {
  const Network given = small_network();
  Executor executor(given, MacMode::kAnalog);
  PreparedPlan plan = executor.prepare(coarse_plan(executor));
  SilentProgress silent;
  recalibrate(executor, plan, random_images(10), {silent, {}});
  const Network fresh = small_network();
  for (const auto& [key, tensor] : fresh.tensors)
    EXPECT_TRUE(std::ranges::equal(tensor.data<float>(), given.tensors.at(key).data<float>()))
        << key;
}

TEST(Recalibrate, LeavesTheExecutorAsAFreshOneOfTheNewNetworkWouldBe) {
  const Tensor images = random_images(12);
  Executor executor(small_network(), MacMode::kAnalog);
  PreparedPlan plan = executor.prepare(coarse_plan(executor));
  SilentProgress silent;
  const Network network = recalibrate(executor, plan, images, {silent, {}});
  const Executor fresh(network, MacMode::kAnalog);
  const Tensor a = executor.logits(images, plan);
  const Tensor b = fresh.logits(images, fresh.prepare(coarse_plan(fresh)));
  EXPECT_TRUE(std::ranges::equal(a.data<float>(), b.data<float>()));
}

/// One linear layer with a batch-norm behind it.
Network linear_with_norm() {
  test::SmallNetwork build(3);
  build.grid("input", 8, true, 0.02F);
  build.plain("average", GlobalAveragePool{}, {"input"});
  build.grid("average", 8, true, 0.02F);
  build.linear("layer", "average", {2, 3}, 4);
  build.batch_norm("norm", "layer", 2);
  return std::move(build).finish();
}

// Its stored statistics are those of its own layers on many images.
TEST(Recalibrate, RefusesANetworkWhoseStatisticsHaveTheAdcsInThem) {
  const Tensor images = random_images(40);
  SilentProgress silent;
  Executor executor(with_own_statistics(small_network(), images), MacMode::kAnalog);
  PreparedPlan plan = executor.prepare(coarse_plan(executor));
  const Network once = recalibrate(executor, plan, images, {silent, {}});
  Executor again(once, MacMode::kAnalog);
  PreparedPlan same = again.prepare(coarse_plan(again));
  const Executor before(with_own_statistics(small_network(), images), MacMode::kAnalog);
  EXPECT_FALSE(
      has_statistics_of(before, before.prepare(coarse_plan(before)), images, {silent, {}}));
  EXPECT_TRUE(has_statistics_of(again, same, images, {silent, {}}));
  EXPECT_THAT(message_of([&] {
                recalibrate(again, same, images, {silent, {}});
              }),
              ::testing::HasSubstr("count the ADCs twice"));
}

TEST(Recalibrate, RefusesASingleValuePerChannel) {
  Executor executor(linear_with_norm(), MacMode::kAnalog);
  PreparedPlan plan;
  SilentProgress silent;
  EXPECT_THROW(recalibrate(executor, plan, random_images(1), {silent, {}}), Error);
}

}  // namespace
}  // namespace bitline
