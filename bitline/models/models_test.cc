#include "bitline/models/models.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "bitline/models/width.h"
#include "bitline/testing/expect_error.h"

namespace bitline {
namespace {

using test::message_of;
using test::usage_error;
using testing::HasSubstr;

/// Multiply-accumulates of one image: every weight is used once at each output position.
std::int64_t multiply_accumulates(const Network& network) {
  const std::map<std::string, Shape> shapes = infer_shapes(network);
  std::int64_t total = 0;
  for (const Node& node : network.nodes) {
    if (!network.has_parameter(node, "weight")) continue;
    const Shape& out = shapes.at(node.name);
    const std::int64_t positions = out.size() == 3 ? out[1] * out[2] : 1;
    total += network.parameter(node, "weight").size() * positions;
  }
  return total;
}

/// Trainable numbers: everything but batch-norm's statistics.
std::int64_t parameter_count(const Network& network) {
  std::int64_t count = 0;
  for (const Node& node : network.nodes)
    for (const auto& [role, key] : node.parameters)
      if (role != "mean" && role != "variance") count += network.tensors.at(key).size();
  return count;
}

std::pair<int, int> convolutions_and_linear_layers(const Network& network) {
  std::pair<int, int> counts{0, 0};
  for (const Node& node : network.nodes) {
    counts.first += std::holds_alternative<Conv>(node.op) ? 1 : 0;
    counts.second += std::holds_alternative<Linear>(node.op) ? 1 : 0;
  }
  return counts;
}

// GCC 12 takes the initializer list of an inlined Shape for a dangling pointer.
[[gnu::noinline]] ModelOptions options_with(std::uint64_t seed, double width = 1.0) {
  ModelOptions options;
  options.seed = seed;
  options.width = width;
  return options;
}

bool same_tensors(const Network& a, const Network& b) {
  return std::ranges::equal(a.tensors, b.tensors, [](const auto& x, const auto& y) {
    return x.first == y.first && std::ranges::equal(x.second.bytes(), y.second.bytes());
  });
}

TEST(ResNet18, HasEighteenWeightLayersAndThreeShortcutConvolutions) {
  const Network network = resnet18({});
  // 1 + 4 stages · 2 blocks · 2 = 17 convolutions on the main path, 1 linear layer, 3 shortcuts.
  EXPECT_EQ(convolutions_and_linear_layers(network), std::make_pair(20, 1));
  EXPECT_EQ(network.parameter(network.node("stage4.block1.shortcut"), "weight").shape(),
            (Shape{512, 256, 1, 1}));
  EXPECT_EQ(infer_shapes(network).at("stage4.block2.relu2"), (Shape{512, 4, 4}));
}

TEST(ResNet18, Has11173962Parameters) {
  // 3 × 3 kernels: first layer 64 · 27; stage 1: 4 · 64 · 576; each later stage c · 9c/2 + 3 · c ·
  // 9c. Shortcuts c · c/2. Batch-norm has scale and shift for 64 + 4 · 64 + 5 · (128 + 256 + 512)
  // channels. Linear layer 512 · 10 + 10.
  const std::int64_t kernels =
      1728 + 147456 + (73728 + 442368) + (294912 + 1769472) + (1179648 + 7077888);
  const std::int64_t shortcuts = 8192 + 32768 + 131072;
  const std::int64_t batch_norm = 2 * 4800;
  ASSERT_EQ(kernels + shortcuts + batch_norm + 5130, 11173962);
  EXPECT_EQ(parameter_count(resnet18({})), 11173962);
}

TEST(ResNet20, HasTwentyWeightLayersAndTwoShortcutConvolutions) {
  const Network network = resnet20({});
  // 1 + 3 stages · 3 blocks · 2 = 19 convolutions on the main path, 1 linear layer, 2 shortcuts.
  EXPECT_EQ(convolutions_and_linear_layers(network), std::make_pair(21, 1));
  EXPECT_EQ(network.parameter(network.node("stage2.block1.shortcut"), "weight").shape(),
            (Shape{32, 16, 1, 1}));
  EXPECT_EQ(network.parameter(network.node("stage3.block1.shortcut"), "weight").shape(),
            (Shape{64, 32, 1, 1}));
}

TEST(ResNet20, Has272474Parameters) {
  // 3 × 3 kernels: first layer 16 · 27; stage 1: 6 · 16 · 144; stage 2: 32 · 144 + 5 · 32 · 288;
  // stage 3: 64 · 288 + 5 · 64 · 576. Shortcuts 32 · 16 + 64 · 32. Batch-norm has scale and shift
  // for 16 + 6 · 16 + 7 · 32 + 7 · 64 channels. Linear layer 64 · 10 + 10.
  const std::int64_t kernels = 432 + 13824 + (4608 + 46080) + (18432 + 184320);
  const std::int64_t shortcuts = 512 + 2048;
  const std::int64_t batch_norm = 2 * 784;
  ASSERT_EQ(kernels + shortcuts + batch_norm + 650, 272474);
  EXPECT_EQ(parameter_count(resnet20({})), 272474);
}

TEST(ResNet20, Takes40Point81MillionMultiplyAccumulates) {
  // 432 weights at 32², 13,824 at 32², 4,608 + 46,080 + 512 at 16², 18,432 + 184,320 + 2,048 at 8²,
  // 640 once.
  const std::int64_t expected = (432 + 13824) * 1024 + 51200 * 256 + 204800 * 64 + 640;
  ASSERT_EQ(expected, 40813184);
  EXPECT_EQ(multiply_accumulates(resnet20({})), expected);
}

TEST(ResNet20, HalvesTheImageAtTheSecondAndTheThirdStage) {
  const std::map<std::string, Shape> shapes = infer_shapes(resnet20({}));
  EXPECT_EQ(shapes.at("stage1.block3.relu2"), (Shape{16, 32, 32}));
  EXPECT_EQ(shapes.at("stage2.block3.relu2"), (Shape{32, 16, 16}));
  EXPECT_EQ(shapes.at("stage3.block3.relu2"), (Shape{64, 8, 8}));
  EXPECT_EQ(shapes.at("pool"), Shape{64});
  EXPECT_EQ(shapes.at("classifier"), Shape{10});
}

TEST(ResNet20, WidthScalesHiddenChannelsAlone) {
  const Network network = resnet20(options_with(1, 0.5));
  const std::map<std::string, Shape> shapes = infer_shapes(network);
  EXPECT_EQ(shapes.at("input"), (Shape{3, 32, 32}));
  EXPECT_EQ(shapes.at("stage1.block1.relu2"), (Shape{8, 32, 32}));
  EXPECT_EQ(shapes.at("pool"), Shape{32});
  EXPECT_EQ(shapes.at("classifier"), Shape{10});
}

TEST(Vgg9, HasTheShapesOfFullWidth) {
  const Network network = vgg9({});
  const std::map<std::string, Shape> shapes = infer_shapes(network);
  EXPECT_EQ(convolutions_and_linear_layers(network), std::make_pair(6, 3));
  EXPECT_EQ(shapes.at("conv1_2"), (Shape{128, 32, 32}));
  EXPECT_EQ(shapes.at("pool1"), (Shape{128, 16, 16}));
  EXPECT_EQ(shapes.at("conv2_2"), (Shape{256, 16, 16}));
  EXPECT_EQ(shapes.at("pool2"), (Shape{256, 8, 8}));
  EXPECT_EQ(shapes.at("conv3_2"), (Shape{512, 8, 8}));
  EXPECT_EQ(shapes.at("pool3"), (Shape{512, 4, 4}));
  EXPECT_EQ(shapes.at("flatten"), Shape{8192});
  EXPECT_EQ(shapes.at("fc1"), Shape{1024});
  EXPECT_EQ(shapes.at("fc2"), Shape{1024});
  EXPECT_EQ(shapes.at("classifier"), Shape{10});
}

TEST(Vgg9, HasTheShapesOfAQuarterOfTheWidth) {
  const std::map<std::string, Shape> shapes = infer_shapes(vgg9(options_with(1, 0.25)));
  EXPECT_EQ(shapes.at("conv1_1"), (Shape{32, 32, 32}));
  EXPECT_EQ(shapes.at("conv2_1"), (Shape{64, 16, 16}));
  EXPECT_EQ(shapes.at("conv3_1"), (Shape{128, 8, 8}));
  EXPECT_EQ(shapes.at("flatten"), Shape{2048});
  EXPECT_EQ(shapes.at("fc2"), Shape{256});
  EXPECT_EQ(shapes.at("classifier"), Shape{10});
}

TEST(Vgg9, TakesOtherImagesAndClasses) {
  ModelOptions options = options_with(1, 0.25);
  options.input = {1, 28, 28};
  options.classes = 7;
  // 28 halves to 14, 7, and 3 (the last row and column are dropped): 128 · 3 · 3 features.
  const std::map<std::string, Shape> shapes = infer_shapes(vgg9(options));
  EXPECT_EQ(shapes.at("flatten"), Shape{1152});
  EXPECT_EQ(shapes.at("classifier"), Shape{7});
}

TEST(Models, BatchNormFollowsEveryConvolutionAndEveryHiddenLinearLayer) {
  for (const std::string_view name : model_names()) {
    const Network network = make_model(name, options_with(1, 0.25));
    for (const Node& node : network.nodes) {
      if (!network.has_parameter(node, "weight") || node.name == "classifier") continue;
      const Node& next = network.nodes[network.index_of(node.name) + 1];
      EXPECT_TRUE(std::holds_alternative<BatchNorm>(next.op)) << node.name;
      EXPECT_EQ(next.inputs.front(), node.name);
    }
  }
}

TEST(Models, TheSameSeedGivesTheSameWeights) {
  EXPECT_TRUE(same_tensors(resnet20(options_with(3)), resnet20(options_with(3))));
  EXPECT_FALSE(same_tensors(resnet20(options_with(3)), resnet20(options_with(4))));
}

TEST(Models, ConvolutionWeightsHaveTheDeviationOfTheirFanOut) {
  // Fan-out 64 · 9 = 576: deviation √(2/576) = 0.0589. Of 36,864 weights, the estimates of mean and
  // deviation have standard errors of 0.0003 and 0.4 %; five of them are allowed.
  const Network network = resnet20({});
  const auto weights =
      network.parameter(network.node("stage3.block3.conv2"), "weight").data<float>();
  ASSERT_EQ(weights.size(), 36864U);
  double sum = 0;
  double squares = 0;
  for (const float w : weights) {
    sum += static_cast<double>(w);
    squares += static_cast<double>(w) * static_cast<double>(w);
  }
  const auto n = static_cast<double>(weights.size());
  EXPECT_NEAR(sum / n, 0, 0.0015);
  EXPECT_NEAR(std::sqrt(squares / n) / std::sqrt(2.0 / 576), 1, 0.02);
}

TEST(Models, AreFoundByName) {
  EXPECT_THAT(model_names(), testing::IsSupersetOf({"resnet18", "resnet20", "vgg9"}));
  for (const std::string_view name : model_names())
    EXPECT_EQ(make_model(name, options_with(1, 0.25)).name, name);
}

std::string usage_message(std::string_view name, const ModelOptions& options) {
  return usage_error([&] { make_model(name, options); });
}

TEST(ModelsRefuse, AnUnknownName) {
  EXPECT_EQ(usage_message("resnet21", {}),
            "built-in network 'resnet21' is unknown; choose one of resnet18, resnet20, vgg9");
}

TEST(ModelsRefuse, AWidthThatIsNotPositive) {
  EXPECT_EQ(usage_message("vgg9", options_with(1, 0)), "width 0 must be positive");
  EXPECT_THAT(usage_message("vgg9", options_with(1, -1)), HasSubstr("width -1"));
  EXPECT_THAT(usage_message("vgg9", options_with(1, std::nan(""))), HasSubstr("width nan"));
}

TEST(ModelsRefuse, ImagesTooSmallForTheirPools) {
  ModelOptions options = options_with(1, 0.25);
  options.input = {3, 4, 4};
  // 4 halves to 2 and 1; the third pool has no 2 × 2 window.
  EXPECT_EQ(message_of([&] { vgg9(options); }),
            "node 'pool3' (max_pool): kernel 2 is larger than its padded input 1");
}

TEST(ScaledWidth, RoundsToTheNearestAndLeavesAtLeastOneChannel) {
  EXPECT_EQ(scaled_width(16, 1), 16);
  EXPECT_EQ(scaled_width(16, 0.3), 5);      // 4.8
  EXPECT_EQ(scaled_width(16, 0.15625), 3);  // 2.5 goes up
  EXPECT_EQ(scaled_width(16, 0.001), 1);
}

}  // namespace
}  // namespace bitline
