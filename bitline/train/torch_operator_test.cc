#include "bitline/train/torch_operator.h"

#include <gtest/gtest.h>

#include "bitline/runtime/executor.h"
#include "bitline/testing/operator_network.h"
#include "bitline/train/trainable_network.h"

namespace bitline {
namespace {

using test::every_operator;
using test::every_operator_on_grids;
using test::random_operator_images;

void expect_the_executors_logits(const Network& network) {
  const Tensor images = random_operator_images(3);
  TrainableNetwork trainable(network, TrainingQuantizer::kLsq, at::kCPU);
  const Tensor trained = from_torch(trainable.forward(to_torch(images), false));
  const Tensor expected = Executor(network, MacMode::kFloat).logits(images);
  ASSERT_EQ(trained.shape(), expected.shape());
  for (std::size_t i = 0; i < static_cast<std::size_t>(expected.size()); ++i)
    EXPECT_NEAR(trained.data<float>()[i], expected.data<float>()[i], 1e-5) << i;
}

TEST(TorchOperator, EveryOperatorAgreesWithTheExecutor) {
  expect_the_executors_logits(every_operator());
}

TEST(TorchOperator, GridsWithZeroPointsAgreeWithTheExecutor) {
  expect_the_executors_logits(every_operator_on_grids());
}

TEST(TorchOperator, GradientsReachEveryParameter) {
  for (const bool training : {false, true}) {
    TrainableNetwork trainable(every_operator_on_grids(), TrainingQuantizer::kLsq, at::kCPU);
    trainable.forward(to_torch(random_operator_images(3)), training).square().sum().backward();
    for (const TrainableParameter& parameter : trainable.parameters()) {
      ASSERT_TRUE(parameter.value.grad().defined()) << parameter.key;
      EXPECT_TRUE(parameter.value.grad().isfinite().all().item<bool>()) << parameter.key;
    }
  }
}

TEST(TorchOperator, ConstantsAreNotTrained) {
  const TrainableNetwork trainable(every_operator(), TrainingQuantizer::kLsq, at::kCPU);
  for (const TrainableParameter& parameter : trainable.parameters())
    EXPECT_FALSE(parameter.key.ends_with(".value")) << parameter.key;
}

// Their variance by n − 1 is no number.
TEST(TorchOperator, ASingleValueOfAChannelLeavesBatchNormsStatisticsAlone) {
  const Node node{"norm", BatchNorm{}, {"x"}, {}};
  const std::map<std::string, at::Tensor> parameters = {{"scale", at::ones({2})},
                                                        {"shift", at::zeros({2})},
                                                        {"mean", at::zeros({2})},
                                                        {"variance", at::ones({2})}};
  run_in_torch(node, {at::ones({1, 2})}, parameters, true);
  EXPECT_TRUE(parameters.at("variance").equal(at::ones({2})));
  EXPECT_TRUE(parameters.at("mean").equal(at::zeros({2})));
  run_in_torch(node, {at::ones({2, 2})}, parameters, true);
  EXPECT_FALSE(parameters.at("mean").equal(at::zeros({2})));
}

// Integers −1 and 1 of step 0.5, halved: −1 and 0.
TEST(TorchOperator, TruncationPassesGradientsStraightThrough) {
  const at::Tensor x = at::tensor({-0.3F, 0.6F}).view({1, 2}).requires_grad_(true);
  const Node node{"round", Unary{UnaryFunction::kTruncate, 0.5, 2}, {"x"}, {}};
  const at::Tensor y = run_in_torch(node, {x}, {}, true);
  EXPECT_FLOAT_EQ(y[0][0].item<float>(), -0.5F);
  EXPECT_FLOAT_EQ(y[0][1].item<float>(), 0);
  y.sum().backward();
  EXPECT_TRUE(x.grad().equal(at::full({1, 2}, 0.5)));
}

TEST(TorchOperator, ATensorThatTwoNodesShareIsOneParameter) {
  Network network;
  network.nodes = {{"input", Input{{2}}, {}, {}},
                   {"a", Linear{}, {"input"}, {{"weight", "shared"}}},
                   {"b", Linear{}, {"a"}, {{"weight", "shared"}}}};
  network.tensors["shared"] = Tensor::of<float>({2, 2}, std::vector<float>{1, 2, 3, 4});
  const TrainableNetwork trainable(network, TrainingQuantizer::kLsq, at::kCPU);
  EXPECT_EQ(trainable.parameters().size(), 1U);
}

}  // namespace
}  // namespace bitline
