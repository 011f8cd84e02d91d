#include "bitline/runtime/recalibrate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "bitline/runtime/test_networks.h"

namespace bitline {
namespace {

using testing::random_images;
using testing::small_network;

AdcPlan coarse_plan(const Executor& executor) {
  AdcSpec spec;
  spec.levels = 3;
  spec.delta = 4;  // the shortcut has four rows
  AdcPlan plan;
  for (const CimLayer* layer : executor.cim_layers())
    plan.layers[layer->name] = {spec, layer->sums.minimum, layer->sums.maximum};
  return plan;
}

Network recalibrated(const Tensor& images) {
  Executor executor(small_network(), MacMode::kAnalog);
  PreparedPlan plan = executor.prepare(coarse_plan(executor));
  SilentProgress silent;
  return recalibrate(executor, plan, images, silent, {});
}

TEST(Recalibrate, GivesBatchNormTheMomentsThatItsInputHasUnderThePlan) {
  const Tensor images = random_images(70);  // more than one chunk
  const Network network = recalibrated(images);
  const Executor executor(network, MacMode::kAnalog);
  const PreparedPlan plan = executor.prepare(coarse_plan(executor));
  const std::size_t step = executor.step_of("main");
  Values values = executor.begin(images);
  executor.run(values, 0, step, plan);
  const Tensor sums = executor.layer_sums(step, values, plan);
  const double scale = executor.output_scale(step, plan)[0];
  const std::int64_t positions = 16;
  for (std::int64_t channel = 0; channel < 6; ++channel) {
    double total = 0;
    double squares = 0;
    for (std::int64_t image = 0; image < 70; ++image)
      for (std::int64_t i = 0; i < positions; ++i) {
        const double y =
            scale * static_cast<double>(sums.data<std::int64_t>()[static_cast<std::size_t>(
                        (image * 6 + channel) * positions + i)]);
        total += y;
        squares += y * y;
      }
    const double n = 70.0 * static_cast<double>(positions);
    const Node& norm = network.node("main_norm");
    const auto c = static_cast<std::size_t>(channel);
    EXPECT_NEAR(network.parameter(norm, "mean").data<float>()[c], total / n, 1e-4);
    EXPECT_NEAR(network.parameter(norm, "variance").data<float>()[c],
                (squares - total * total / n) / (n - 1), 1e-4);
  }
}

TEST(Recalibrate, LeavesEverythingButTheStatisticsAlone) {
  const Network before = small_network();
  const Network after = recalibrated(random_images(10));
  for (const auto& [key, tensor] : before.tensors) {
    const bool statistic = key.ends_with(".mean") || key.ends_with(".variance");
    const bool same = std::ranges::equal(tensor.data<float>(), after.tensors.at(key).data<float>());
    EXPECT_EQ(same, !statistic) << key;
  }
}

TEST(Recalibrate, LeavesTheExecutorAsAFreshOneOfTheNewNetworkWouldBe) {
  const Tensor images = random_images(12);
  Executor executor(small_network(), MacMode::kAnalog);
  PreparedPlan plan = executor.prepare(coarse_plan(executor));
  SilentProgress silent;
  const Network network = recalibrate(executor, plan, images, silent, {});
  const Executor fresh(network, MacMode::kAnalog);
  const Tensor a = executor.logits(images, plan);
  const Tensor b = fresh.logits(images, fresh.prepare(coarse_plan(fresh)));
  EXPECT_TRUE(std::ranges::equal(a.data<float>(), b.data<float>()));
}

/// One linear layer with a bias and a batch-norm behind it.
Network linear_with_norm() {
  testing::SmallNetwork build(3);
  build.grid("input", 8, true, 0.02F);
  build.plain("average", GlobalAveragePool{}, {"input"});
  build.grid("average", 8, true, 0.02F);
  build.linear("layer", "average", {2, 3}, 4);
  build.batch_norm("norm", "layer", 2);
  return std::move(build).finish();
}

TEST(Recalibrate, CountsTheBiasBeforeBatchNorm) {
  const auto mean_with_bias = [](float bias) {
    Network network = linear_with_norm();
    std::ranges::fill(network.tensors.at("layer.bias").data<float>(), bias);
    Executor executor(network, MacMode::kAnalog);
    PreparedPlan plan;
    SilentProgress silent;
    const Network after = recalibrate(executor, plan, random_images(8), silent, {});
    return after.tensors.at("norm.mean").data<float>()[0];
  };
  EXPECT_NEAR(mean_with_bias(2.5F) - mean_with_bias(0), 2.5, 1e-5);
}

TEST(Recalibrate, RefusesASingleValuePerChannel) {
  Executor executor(linear_with_norm(), MacMode::kAnalog);
  PreparedPlan plan;
  SilentProgress silent;
  EXPECT_THROW(recalibrate(executor, plan, random_images(1), silent, {}), Error);
}

}  // namespace
}  // namespace bitline
