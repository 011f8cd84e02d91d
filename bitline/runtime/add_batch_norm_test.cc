#include "bitline/runtime/add_batch_norm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "bitline/runtime/recalibrate.h"
#include "bitline/testing/small_network.h"

namespace bitline {
namespace {

using test::random_images;
using ::testing::ElementsAre;

/// first - relu - plain (a grid of its own, two readers) - second - add - relu - average - last;
/// "second" has a bias, and no layer a batch-norm.
Network network_without_batch_norm() {
  test::SmallNetwork build(11);
  build.grid("input", 8, true, 0.02F);
  build.conv("first", "input", {4, 3, 3, 3}, {.padding = 1}, 8);
  build.plain("first_relu", Relu{}, {"first"});
  build.grid("first_relu", 4, false, 0.3F);
  build.conv("plain", "first_relu", {4, 4, 3, 3}, {.padding = 1}, 4);
  build.grid("plain", 6, true, 0.25F);
  build.conv("second", "plain", {4, 4, 1, 1}, {}, 4);
  build.plain("sum", ResidualAdd{}, {"second", "plain"});
  build.plain("relu", Relu{}, {"sum"});
  build.grid("relu", 4, false, 0.5F);
  build.plain("average", GlobalAveragePool{}, {"relu"});
  build.grid("average", 8, false, 0.05F);
  build.linear("last", "average", {3, 4}, 8);
  Network network = std::move(build).finish();
  network.nodes[network.index_of("second")].parameters["bias"] = "second.bias";
  network.tensors["second.bias"] = Tensor::of<float>({4}, std::vector<float>{0.3F, -0.7F, 0, 1.1F});
  return network;
}

Network with_batch_norm(const Network& network, const Tensor& images) {
  SilentProgress silent;
  return add_batch_norm(network, {}, Engine::kFused, images, {silent, {}});
}

/// Every sum is read as a quarter of itself.
AdcPlan quarter_plan(const Executor& executor) {
  AdcPlan plan;
  for (const CimLayer* layer : executor.cim_layers()) {
    AdcSpec spec;
    spec.quantizer = quantizers::kTable;
    spec.levels = layer->sums.maximum - layer->sums.minimum + 1;
    for (std::int64_t p = layer->sums.minimum; p <= layer->sums.maximum; ++p) {
      if (p > layer->sums.minimum) spec.table_thresholds.push_back(p);
      spec.table_values.emplace_back(p, 4);
    }
    plan.layers[layer->name] = {spec, layer->sums.minimum, layer->sums.maximum};
  }
  return plan;
}

bool same(const Tensor& a, const Tensor& b) {
  return std::ranges::equal(a.data<float>(), b.data<float>());
}

TEST(AddBatchNorm, StandsBehindTheLayersOnTheArray) {
  const Network network = network_without_batch_norm();
  EXPECT_THAT(layers_without_batch_norm(network, {}), ElementsAre("plain", "second"));
  EXPECT_FALSE(has_batch_norm(network));
  const Network added = with_batch_norm(network, random_images(10));
  EXPECT_TRUE(has_batch_norm(added));
  EXPECT_THAT(layers_without_batch_norm(added, {}), ElementsAre());
  EXPECT_THAT(added.node("second").inputs, ElementsAre("plain.batch_norm"));
  EXPECT_THAT(added.node("sum").inputs, ElementsAre("second.batch_norm", "plain.batch_norm"));
  EXPECT_FALSE(added.quant.contains("plain"));
  EXPECT_EQ(added.quant.at("plain.batch_norm").bits, 6);
}

TEST(AddBatchNorm, LeavesLayersThatHaveOneAlone) {
  const Network network = test::small_network();
  for (const std::string& layer : layers_without_batch_norm(network, {}))
    EXPECT_THAT(layer, ::testing::Not(::testing::AnyOf("first", "main", "shortcut")));
}

TEST(AddBatchNorm, ChangesNothingUnderAnyAdc) {
  const Tensor images = random_images(30);
  const Executor before(network_without_batch_norm(), MacMode::kAnalog);
  const Executor after(with_batch_norm(before.network(), images), MacMode::kAnalog);
  EXPECT_TRUE(same(before.logits(images), after.logits(images)));
  const AdcPlan plan = quarter_plan(before);
  EXPECT_TRUE(
      same(before.logits(images, before.prepare(plan)), after.logits(images, after.prepare(plan))));
}

TEST(AddBatchNorm, TakesANameThatIsFree) {
  Network network = network_without_batch_norm();
  const std::size_t at = network.index_of("average");
  network.nodes[at].name = "plain.batch_norm";
  network.quant["plain.batch_norm"] = network.quant.extract("average").mapped();
  network.nodes[at + 1].inputs = {"plain.batch_norm"};
  const Network added = with_batch_norm(network, random_images(10));
  EXPECT_THAT(added.node("second").inputs, ElementsAre("plain.batch_norm2"));
}

// What it takes out is a factor of 4, which the layer's bias is behind.
TEST(AddBatchNorm, LetsRecalibrationTakeAScaleOut) {
  const Tensor images = random_images(40);
  const Executor exact(network_without_batch_norm(), MacMode::kAnalog);
  const AdcPlan quarter = quarter_plan(exact);
  Executor executor(with_batch_norm(exact.network(), images), MacMode::kAnalog);
  PreparedPlan plan = executor.prepare(quarter);
  SilentProgress silent;
  recalibrate(executor, plan, images, {silent, {}});
  const Tensor expected = exact.logits(images);
  const Tensor found = executor.logits(images, plan);
  const Tensor ruined = exact.logits(images, exact.prepare(quarter));
  double error = 0;
  double without = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(expected.size()); ++i) {
    error = std::max<double>(error, std::abs(found.data<float>()[i] - expected.data<float>()[i]));
    without =
        std::max<double>(without, std::abs(ruined.data<float>()[i] - expected.data<float>()[i]));
  }
  EXPECT_LT(error, 0.05);  // a step of "plain" here and there, from roundings of float32
  EXPECT_GT(without, 0.1);
}

TEST(AddBatchNorm, ChangesNothingBehindAdcsThatLoseNothing) {
  const Tensor images = random_images(20);
  const Executor before(network_without_batch_norm(), MacMode::kAnalog);
  Executor executor(with_batch_norm(before.network(), images), MacMode::kAnalog);
  PreparedPlan plan;
  SilentProgress silent;
  const Network after = recalibrate(executor, plan, images, {silent, {}});
  EXPECT_TRUE(same(before.logits(images), Executor(after, MacMode::kAnalog).logits(images)));
}

}  // namespace
}  // namespace bitline
