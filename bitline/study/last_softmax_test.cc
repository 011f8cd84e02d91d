// The loss of a classifier that ends in Softmax is that of its logits.
#include <gtest/gtest.h>

#include <cmath>

#include "bitline/evaluate/scoring.h"
#include "bitline/runtime/executor.h"
#include "bitline/testing/onnx_models.h"

namespace bitline {
namespace {

// ln(e^2 + e + 1) − 2 is 0.4076 for class 0; of the softmax's own softmax it was 0.7972.
TEST(LastSoftmax, LossIsThatOfTheLogits) {
  const std::vector<float> numbers{2, 1, 0};
  for (const char* type : {"Softmax", "LogSoftmax"}) {
    test::ModelBuilder model({0, 3});
    model.floats("two", {3}, {1, 1, 1});
    model.node("Mul", {"x", "two"}, {"scaled"});
    model.node(type, {"scaled"}, {"y"});
    const Tensor logits = Executor(model.import(), MacMode::kFloat)
                              .logits(Tensor::of<float>({1, 3}, std::span<const float>(numbers)));
    const Score score = score_image(logits.data<float>(), 0);
    EXPECT_EQ(score.correct, 1);
    EXPECT_EQ(score.loss, std::lround(0x1p20 * (std::log(std::exp(2.0) + std::exp(1.0) + 1) - 2)))
        << type;
  }
}

}  // namespace
}  // namespace bitline
