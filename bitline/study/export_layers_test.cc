// Exports against the programs that they came from: other networks' numbers do not differ in a bit.
#include "bitline/study/export_layers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/data/sample_file.h"
#include "bitline/graph/network_file.h"
#include "bitline/runtime/layer_probe.h"
#include "bitline/study/inputs.h"
#include "bitline/study/search_study.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/exports.h"
#include "bitline/testing/operator_network.h"

namespace bitline {
namespace {

using test::expect_same_layers;
using test::Format;
using test::kFormats;
using test::message_of;
using test::round_trip;

const std::filesystem::path kAssets = BITLINE_ASSETS;

const Network& shipped_network() {
  static const Network network = read_network(kAssets / "resnet20-w4a4.safetensors");
  return network;
}

Tensor shipped_images(std::int64_t count) {
  DataConfig data;
  data.normalization = {{0.485F, 0.456F, 0.406F}, {0.229F, 0.224F, 0.225F}};
  return normalized_images(shipped_network(),
                           load_samples(kAssets / "cifar10-test.safetensors").data, data)
      .slice(0, count);
}

std::vector<float> logits(const Network& network, const Tensor& images) {
  const Tensor result = Executor(network, MacMode::kLossless).logits(images);
  return {result.data<float>().begin(), result.data<float>().end()};
}

class ExportedNetwork : public ::testing::TestWithParam<Format> {};
INSTANTIATE_TEST_SUITE_P(, ExportedNetwork, ::testing::ValuesIn(kFormats),
                         [](const auto& format) { return format.param.name; });

TEST_P(ExportedNetwork, TheShippedOneHasTheSameIntegersAndLogits) {
  const Network imported = round_trip(shipped_network(), GetParam());
  expect_same_layers(shipped_network(), imported);
  EXPECT_EQ(imported.nodes.size(), shipped_network().nodes.size());
  const Tensor images = shipped_images(20);
  EXPECT_EQ(logits(imported, images), logits(shipped_network(), images));
}

TEST_P(ExportedNetwork, APlanFitsItAsBefore) {
  const Executor before(shipped_network(), MacMode::kAnalog);
  AdcPlan plan = lossless_plan(before);
  for (auto& [name, planned] : plan.layers) {
    planned.spec.quantizer = quantizers::kZeroTread;
    planned.spec.levels = 5;
    planned.spec.delta = 6;
  }
  const Executor after(round_trip(shipped_network(), GetParam()), MacMode::kAnalog);
  const Tensor images = shipped_images(2);
  const Tensor expected = before.logits(images, before.prepare(plan));
  const Tensor found = after.logits(images, after.prepare(plan));
  EXPECT_TRUE(std::ranges::equal(found.data<float>(), expected.data<float>()));
}

/// Every operator that the format has: operator set 17 dilates no means, and bits are cut off with
/// a grid behind or not at all.
Network every_exported_operator(bool truncates, std::uint64_t seed) {
  Network network = test::every_operator_on_grids(seed);
  for (Node& node : network.nodes) {
    if (auto* pool = std::get_if<AveragePool>(&node.op); pool != nullptr && node.name == "holes") {
      pool->windows.kernel = 3;
      pool->windows.dilation = 1;
    }
    if (node.name == "truncate" && !truncates) node.op = Unary{UnaryFunction::kTanh};
  }
  if (!truncates) return network;
  QuantSpec& spec = network.quant["truncate"];
  spec.bits = 4;
  spec.is_signed = true;
  spec.scale = Tensor::of<float>({1}, std::vector<float>{0.25F});
  return network;
}

TEST_P(ExportedNetwork, EveryOperatorComputesTheSame) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const bool truncates = GetParam().name == std::string("qonnx");
    const Network network = every_exported_operator(truncates, seed);
    const Network imported = round_trip(network, GetParam());
    expect_same_layers(network, imported);
    const Tensor images = test::random_operator_images(3, seed);
    EXPECT_EQ(logits(imported, images), logits(network, images));
    EXPECT_EQ(content_hash(round_trip(imported, GetParam())), content_hash(imported));
  }
}

TEST(ExportedGolden, OutputsAreTheSumsOfTheExecutor) {
  const Executor executor(shipped_network(), MacMode::kAnalog);
  AdcPlan plan = lossless_plan(executor);
  const std::string name = plan.layers.begin()->first;
  plan.layers[name].spec.quantizer = quantizers::kZeroTread;
  plan.layers[name].spec.levels = 5;
  plan.layers[name].spec.delta = 6;
  const Tensor images = shipped_images(1);
  const auto layers = golden_layers(executor, {.layers = {name}, .plan = plan}, images);
  ASSERT_EQ(layers.size(), 1U);
  EXPECT_EQ(layers[0].layer->name, name);
  EXPECT_EQ(layers[0].adc.table(0).levels(), 5);
  const PreparedPlan prepared = executor.prepare(plan);
  Values values = executor.begin(images);
  const std::size_t step = executor.step_of(name);
  executor.run(values, 0, step, prepared);
  const Tensor sums = LayerProbe(executor, step).sums(values, prepared);
  std::vector<std::int64_t> outputs;  // the last array
  compute_golden(layers[0], [&](std::size_t, const auto& words) { outputs = words; });
  ASSERT_EQ(std::ssize(outputs), sums.size());
  const std::int64_t channels = layers[0].layer->geometry.out_channels;
  const std::int64_t positions = layers[0].layer->geometry.out_positions();
  for (std::int64_t channel = 0; channel < channels; ++channel)
    for (std::int64_t p = 0; p < positions; ++p)
      ASSERT_EQ(outputs[static_cast<std::size_t>(p * channels + channel)],
                sums.data<std::int64_t>()[static_cast<std::size_t>(channel * positions + p)]);
}

TEST(ExportedGolden, DigitalLayersAreRefused) {
  const Executor executor(shipped_network(), MacMode::kAnalog);
  const std::string first = executor.steps()[1].node->name;
  EXPECT_THAT(message_of([&] {
                golden_layers(executor, {.layers = {first}, .plan = {}}, shipped_images(1));
              }),
              ::testing::HasSubstr("'" + first + "' is no layer on the array"));
}

TEST(ExportedGolden, LayersAreNamedByAnEndingOfTheirOwn) {
  const Executor executor(shipped_network(), MacMode::kAnalog);
  const auto named = [&](const char* name) {
    return golden_layers(executor, {.layers = {name}, .plan = {}}, shipped_images(1));
  };
  const std::vector<GoldenLayer> layers = named("1.block2.conv1");
  ASSERT_EQ(layers.size(), 1U);
  EXPECT_EQ(layers[0].layer->name, "stage1.block2.conv1");
  EXPECT_THAT(message_of([&] { named("block2.conv1"); }),
              ::testing::HasSubstr("'block2.conv1' can be 3 layers: stage1.block2.conv1, "
                                   "stage2.block2.conv1, stage3.block2.conv1; give more"));
}

}  // namespace
}  // namespace bitline
