#include "bitline/study/node_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "bitline/evaluate/predict.h"
#include "bitline/runtime/executor.h"
#include "bitline/study/inputs.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/study.h"

namespace bitline {
namespace {

using testing::ElementsAre;

class NodeValuesTest : public ::testing::Test {
 protected:
  Tensor values(std::string_view node, MacMode mode, const AdcPlan& plan = {}) const {
    return node_values(network_, mode, plan, images_, config_, node, {silent_, cancellation_});
  }
  Tensor logits(MacMode mode, const AdcPlan& plan = {}) const {
    const Executor executor(network_, mode, config_.array);
    return predict(executor, mode == MacMode::kAnalog ? executor.prepare(plan) : PreparedPlan{},
                   images_, normalization_of(network_, config_.data, images_), "",
                   {silent_, cancellation_});
  }

  test::TestStudy study_;
  RunConfig config_ = study_.config();
  const Network network_ = test::tiny_network();
  const Dataset images_ = test::two_classes(70, 8);  // more than a batch
  mutable SilentProgress silent_;
  Cancellation cancellation_;
};

TEST_F(NodeValuesTest, OfTheLastNodeAreTheLogits) {
  const std::string last = network_.nodes.back().name;
  for (const MacMode mode : {MacMode::kFloat, MacMode::kLossless, MacMode::kAnalog}) {
    const Tensor own = values(last, mode);
    EXPECT_EQ(difference_of(own, logits(mode)).values, 0);
  }
}

// What the whole network holds behind each of its steps; where the part ends, another layer is the
// last, and layers behind it that have arrays of their own are not there.
TEST_F(NodeValuesTest, UnderAPlanAreThoseOfTheWholeNetwork) {
  config_.array.layers["stage2.block1.conv1"].array.rows = 8;
  config_.array.layers["stage3.block1.conv1"] = {config_.array.common, true};
  const Executor executor(network_, MacMode::kAnalog, config_.array);
  AdcPlan plan;
  for (const CimLayer* layer : executor.cim_layers()) {
    AdcSpec spec;
    spec.levels = 3;
    spec.delta = 4;
    plan.layers[layer->name] = {spec, layer->sums};
  }
  const PreparedPlan prepared = executor.prepare(plan);
  const Tensor images = normalized_images(network_, images_, config_.data);
  for (std::size_t step = 1; step < executor.steps().size(); ++step) {
    Values whole = executor.begin(images);
    executor.run(whole, 0, step + 1, prepared);
    const auto found = whole.find(executor.steps()[step].output);
    if (found == whole.end()) continue;  // nobody reads it
    EXPECT_EQ(
        difference_of(values(found->first, MacMode::kAnalog, plan), found->second.data).values, 0)
        << found->first;
  }
}

TEST(ArrayDifference, SaysWhereTheLargestIsAndWhichAnswersDiffer) {
  const auto ours = Tensor::of<float>({3, 2}, std::vector<float>{1, 2, 5, 4, 0, 0});
  const auto theirs = Tensor::of<double>({3, 2}, std::vector<double>{1, 2.5, 3, 4, 0, 0});
  const ArrayDifference difference = difference_of(ours, theirs);
  EXPECT_EQ(difference.values, 2);
  EXPECT_EQ(difference.largest, 2);
  EXPECT_EQ(difference.image, 1);
  EXPECT_EQ(difference.position, 0);
  EXPECT_THAT(*difference.answers, ElementsAre(1));
}

TEST(ArrayDifference, IsWithoutBoundBesideANan) {
  const auto ours = Tensor::of<float>({1, 2, 1}, std::vector<float>{1, 2});
  const auto theirs =
      Tensor::of<float>({1, 2, 1}, std::vector<float>{1, std::numeric_limits<float>::quiet_NaN()});
  EXPECT_TRUE(std::isinf(difference_of(ours, theirs).largest));
  EXPECT_EQ(difference_of(ours, theirs).position, 1);
  EXPECT_FALSE(difference_of(ours, theirs).answers.has_value());
}

TEST(ArrayDifference, RefusesAnotherShape) {
  test::expect_error(ErrorKind::kUsage, "[2, 1] cannot be compared with [1, 2]", [] {
    difference_of(Tensor(DType::kF32, {1, 2}), Tensor(DType::kF32, {2, 1}));
  });
}

}  // namespace
}  // namespace bitline
