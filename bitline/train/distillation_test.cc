#include "bitline/train/distillation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "bitline/models/network_builder.h"

namespace bitline {
namespace {

/// Two inputs, two classes: the logits are the input.
Network passing_through() {
  NetworkBuilder builder("through", {2}, 1);
  builder.linear("fc", builder.input(), 2, 2, false);
  Network network = std::move(builder).finish();
  const std::vector<float> identity{1, 0, 0, 1};
  std::ranges::copy(identity, network.tensors.at("fc.weight").data<float>().begin());
  return network;
}

std::optional<Teacher> teacher(double share, double temperature) {
  return Teacher{{passing_through(), TrainingQuantizer::kLsq, at::kCPU}, {share, temperature}};
}

/// Equal logits, one image of class 0; its gradient stands in logits.grad() afterwards.
double loss_of(std::optional<Teacher> of, const at::Tensor& logits, double teachers_first_logit) {
  const at::Tensor images = at::tensor({teachers_first_logit, 0.0}).to(at::kFloat).view({1, 2});
  const at::Tensor loss = training_loss(logits, at::zeros({1}, at::kLong), images, of);
  loss.backward();
  return loss.item<double>();
}

at::Tensor equal_logits() { return at::zeros({1, 2}).requires_grad_(true); }

TEST(TrainingLoss, IsTheCrossEntropyWithoutATeacher) {
  const at::Tensor logits = equal_logits();
  EXPECT_NEAR(loss_of({}, logits, 5), std::log(2), 1e-6);
  EXPECT_NEAR(logits.grad()[0][0].item<double>(), -0.5, 1e-6);
}

// The teacher's logits 2 ln 3 and 0 are 3/4 and 1/4 at the temperature 2. CE of the label is ln 2,
// the divergence of the answers 3/4 ln (3/2) − 1/4 ln 2, times 4; the gradients for class 0 are
// 1/2 − 1 and 2 (1/2 − 3/4).
TEST(TrainingLoss, FollowsTheAnswersByTheirShare) {
  const at::Tensor logits = equal_logits();
  EXPECT_NEAR(loss_of(teacher(0.25, 2), logits, 2 * std::log(3)),
              0.75 * std::log(2) + 0.75 * std::log(1.5) - 0.25 * std::log(2), 1e-6);
  EXPECT_NEAR(logits.grad()[0][0].item<double>(), 0.75 * -0.5 + 0.25 * -0.5, 1e-6);
}

TEST(TrainingLoss, OfTheAnswersAloneIsLeastWhereTheyAreEqual) {
  const at::Tensor logits = at::tensor({1.5, 0.0}).to(at::kFloat).view({1, 2}).requires_grad_(true);
  EXPECT_NEAR(loss_of(teacher(1, 4), logits, 1.5), 0, 1e-6);
  EXPECT_NEAR(logits.grad().abs().max().item<double>(), 0, 1e-6);
}

}  // namespace
}  // namespace bitline
