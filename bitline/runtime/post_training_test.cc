#include "bitline/runtime/post_training.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "bitline/runtime/executor.h"
#include "bitline/testing/graphs.h"
#include "bitline/testing/progress.h"

namespace bitline {
namespace {

using test::append;
using test::network_with_input;
using test::tensor_of;

/// Two linear layers with a ReLU between.
Network two_layers() {
  Network network = network_with_input({2});
  append(network, "first", Linear{}, {"input"},
         {{"weight", tensor_of({2, 2}, {1, -0.5F, 0.3F, 2})}});
  append(network, "relu", Relu{}, {"first"});
  append(network, "last", Linear{}, {"relu"}, {{"weight", tensor_of({2, 2}, {0.7F, 1, -1, 0.2F})}});
  return network;
}

Tensor images() { return tensor_of({4, 2}, {1, 2, -3, 1, 0.4F, -0.7F, 2, 2}); }

Network quantized(const PostTrainingOptions& post, int bits = 8) {
  QuantizeOptions options;
  options.edge_bits = bits;
  SilentProgress silent;
  return quantize_post_training(two_layers(), options, post, images(), {silent, Cancellation()});
}

// The largest value behind the ReLU is 0.3 · 2 + 2 · 2 = 4.6, of the last image.
TEST(PostTraining, StepsFollowFromWeightsAndValues) {
  PostTrainingOptions post;
  post.range.rule = RangeRule::kMinMax;
  const Network network = quantized(post);
  EXPECT_FLOAT_EQ(network.quant.at("first.weight").scale.data<float>()[0], 2.0F / 127);
  EXPECT_FLOAT_EQ(network.quant.at("input").scale.data<float>()[0], 3.0F / 127);
  EXPECT_FLOAT_EQ(network.quant.at("relu").scale.data<float>()[0], 4.6F / 255);
}

// 4096 bins from 0 to 4095: 100.3 counts as 100.
TEST(PostTraining, CountsValuesInBins) {
  PostTrainingOptions post;
  post.range = {RangeRule::kPercentile, 75};
  QuantizeOptions options;
  options.edge_bits = 8;
  SilentProgress silent;
  const Network network = quantize_post_training(
      two_layers(), options, post, tensor_of({2, 2}, {100.3F, 100.3F, 100.3F, 4095}), {silent, {}});
  EXPECT_FLOAT_EQ(network.quant.at("input").scale.data<float>()[0], 100.0F / 127);
}

TEST(PostTraining, EightBitsStayCloseToTheFloatNetwork) {
  const Tensor real = Executor(two_layers(), MacMode::kFloat).logits(images());
  const Tensor integer = Executor(quantized({}), MacMode::kLossless).logits(images());
  for (std::size_t i = 0; i < 8; ++i)
    EXPECT_NEAR(integer.data<float>()[i], real.data<float>()[i], 0.05);
}

TEST(PostTraining, TellsHowFarEachTaskIs) {
  test::NotedProgress noted;
  quantize_post_training(two_layers(), {}, {}, images(), {noted, Cancellation()});
  ASSERT_FALSE(noted.tasks().empty());
  for (const test::ToldTask& task : noted.tasks()) {
    ASSERT_FALSE(task.done.empty()) << task.name;
    EXPECT_TRUE(std::ranges::is_sorted(task.done)) << task.name;
    EXPECT_EQ(task.done.back(), task.total) << task.name;
    EXPECT_EQ(task.ends, 1) << task.name;
  }
}

// With few bits the means of the logits differ; biases that take the difference up leave none.
TEST(PostTraining, CorrectedBiasesKeepTheMeans) {
  const auto means = [](const Network& network, MacMode mode) {
    const Tensor logits = Executor(network, mode).logits(images());
    std::vector<double> mean(2, 0.0);
    for (std::size_t i = 0; i < 8; ++i)
      mean[i % 2] += static_cast<double>(logits.data<float>()[i]) / 4;
    return mean;
  };
  PostTrainingOptions post;
  post.correct_bias = false;
  const std::vector<double> wanted = means(two_layers(), MacMode::kFloat);
  const std::vector<double> plain = means(quantized(post, 3), MacMode::kLossless);
  post.correct_bias = true;
  const std::vector<double> corrected = means(quantized(post, 3), MacMode::kLossless);
  EXPECT_GT(std::abs(plain[0] - wanted[0]), 0.01);
  for (std::size_t c = 0; c < 2; ++c) EXPECT_NEAR(corrected[c], wanted[c], 1e-5);
}

/// Σ of squared differences to the float network's logits, for images whose two values are alike.
double error_with(WeightRounding rounding) {
  const Tensor alike = tensor_of({5, 2}, {1, 1.1F, -3, -3.1F, 0.5F, 0.4F, 2, 2.1F, -1, -0.9F});
  QuantizeOptions options;
  options.edge_bits = 3;
  PostTrainingOptions post;
  post.rounding = rounding;
  post.correct_bias = true;
  SilentProgress silent;
  const Network network =
      quantize_post_training(two_layers(), options, post, alike, {silent, Cancellation()});
  const Tensor real = Executor(two_layers(), MacMode::kFloat).logits(alike);
  const Tensor integer = Executor(network, MacMode::kLossless).logits(alike);
  double error = 0;
  for (std::size_t i = 0; i < 10; ++i)
    error += std::pow(integer.data<float>()[i] - real.data<float>()[i], 2);
  return error;
}

TEST(PostTraining, WeightsRoundedTogetherLoseLessThanOneByOne) {
  EXPECT_LT(error_with(WeightRounding::kLeastSquares), error_with(WeightRounding::kNearest));
}

TEST(PostTraining, SaysHowManyWeightsHaveTheirScale) {
  test::NotedProgress progress;
  quantize_post_training(two_layers(), {}, {}, images(), {progress, Cancellation()});
  const auto told = progress.tasks("scale weights");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].total, 8);
  EXPECT_THAT(told[0].done, ::testing::ElementsAre(4, 8));
}

TEST(PostTraining, StopsOnRequestWhileItScalesWeights) {
  SilentProgress silent;
  Cancellation stop;
  stop.request();
  EXPECT_THROW(quantize_post_training(two_layers(), {}, {}, images(), {silent, stop}), Error);
}

TEST(PostTraining, RefusesANetworkWithGrids) {
  SilentProgress silent;
  EXPECT_THROW(quantize_post_training(quantized({}), {}, {}, images(), {silent, Cancellation()}),
               Error);
}

}  // namespace
}  // namespace bitline
