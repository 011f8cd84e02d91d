// A changed option, network, plan or image is another recipe, so that no checkpoint is continued
// under options that it was not made with.
#include "bitline/study/training_recipe.h"

#include <gtest/gtest.h>

#include "bitline/testing/fields.h"
#include "bitline/testing/study.h"

namespace bitline {
namespace {

using test::expect_every_decision;
using test::tiny_network;
using test::two_classes;

class RecipeTest : public ::testing::Test {
 protected:
  std::string retraining(const RunConfig& config) const {
    return retraining_recipe(config, network_, {}, images_);
  }

  test::TestStudy study_;
  RunConfig config_ = study_.config();
  Network network_ = tiny_network();
  Dataset images_ = two_classes(4, 1);
};

TEST_F(RecipeTest, OfATrainingFollowsEveryOptionThatDecidesWeights) {
  expect_every_decision<TrainConfig>(config_.train, [this](const TrainConfig& train) {
    RunConfig config = config_;
    config.train = train;
    return training_recipe(config, images_);
  });
  expect_every_decision<QuantizeOptions>({}, [this](const QuantizeOptions& grids) {
    RunConfig config = config_;
    config.quantize.emplace().grids = grids;
    return training_recipe(config, images_);
  });
}

TEST_F(RecipeTest, OfARetrainingFollowsEveryOptionThatDecidesWeights) {
  expect_every_decision<RetrainConfig>(config_.retrain_or_default(),
                                       [this](const RetrainConfig& retrain) {
                                         RunConfig config = config_;
                                         config.retrain = retrain;
                                         // Networks that are learned from count by their content.
                                         config.retrain->reference = config.retrain->teacher =
                                             study_.folder() / "network.safetensors";
                                         return retraining(config);
                                       });
  expect_every_decision<ArraySpec>(config_.array.common, [this](const ArraySpec& array) {
    RunConfig config = config_;
    config.array = array;
    return retraining(config);
  });
}

TEST_F(RecipeTest, FollowsWhatItStartsFrom) {
  const std::string before = retraining(config_);
  Network other = network_;
  other.tensors.at("classifier.bias").data<float>()[0] += 1;
  EXPECT_NE(retraining_recipe(config_, other, {}, images_), before);
  EXPECT_NE(retraining_recipe(config_, network_, {}, two_classes(4, 2)), before);
  AdcPlan plan;
  PlannedAdc& adc = plan.layers["stage1.block1.conv1"];
  adc.spec.quantizer = quantizers::kLossless;
  adc.sums.maximum = 3;
  EXPECT_NE(retraining_recipe(config_, network_, plan, images_), before);
  RunConfig seeded = config_;
  seeded.seed = 2;
  EXPECT_NE(retraining(seeded), before);
  RunConfig taught = config_;
  taught.retrain = taught.retrain_or_default();
  taught.retrain->teacher = study_.folder() / "network.safetensors";
  EXPECT_NE(retraining(taught), before);
}

TEST_F(RecipeTest, OfARetrainingFollowsTheGridsThatItsWeightsAreOn) {
  const std::string before = retraining(config_);
  config_.quantize.emplace().grids.quantizer = TrainingQuantizer::kQnn;
  EXPECT_NE(retraining(config_), before);
}

TEST_F(RecipeTest, FollowsTheSampleThatARetrainingIsRecalibratedOn) {
  config_.retrain = config_.retrain_or_default();
  config_.retrain->recalibrate = true;
  const std::string before = retraining(config_);
  config_.data.images_per_class = 2;
  EXPECT_NE(retraining(config_), before);
}

TEST_F(RecipeTest, FollowsTheSearchThatARetrainingRunsAgain) {
  config_.retrain = config_.retrain_or_default();
  config_.retrain->search_after = {2};
  const std::string before = retraining(config_);
  config_.search.options.delta_step = 2;
  EXPECT_NE(retraining(config_), before);
}

}  // namespace
}  // namespace bitline
