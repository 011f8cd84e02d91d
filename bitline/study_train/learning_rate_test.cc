// The learning rate of a retraining: stated, by the network, found; and what happens where it is
// too high.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/models/models.h"
#include "bitline/quantize/fold_batch_norm.h"
#include "bitline/quantize/grid.h"
#include "bitline/recipe/checkpoint.h"
#include "bitline/runtime/add_batch_norm.h"
#include "bitline/study/inputs.h"
#include "bitline/study/recalibrate_network.h"
#include "bitline/study/search_sample.h"
#include "bitline/study_train/retraining.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/study.h"

namespace bitline {
namespace {

using test::message_of;
using test::plan_of;

constexpr const char* kRetrain =
    "[retrain]\nepochs = 4\nbatch_size = 4\nlearning_rate = 0.02\nholdout = 4\n";

class LearningRateTest : public ::testing::Test {
 protected:
  RunConfig config(const std::string& name, const std::string& more) const {
    RunConfig config = study_.config(kRetrain + more);
    config.retrain->train.output = study_.folder() / name;
    return config;
  }
  Trained retrain(const RunConfig& config, const AdcPlan& plan) const {
    SilentProgress silent;
    return retrain_network(config, network_, plan, false, {silent, {}}, nothing_);
  }
  Network without_batch_norm() const {
    ModelOptions options;
    options.width = 0.25;
    options.classes = 2;
    options.input = {3, 8, 8};
    Network network = resnet20(options);
    fold_batch_norm(network);
    attach_quantizers(network, {});
    for (auto& [name, spec] : network.quant)
      for (float& scale : spec.scale.data<float>()) scale = spec.bits == 8 ? 0.02F : 0.15F;
    return network;
  }

  test::TestStudy study_;
  Network network_ = test::tiny_network();
  const std::function<void(const EpochReport&)> nothing_ = [](const EpochReport&) {};
};

TEST_F(LearningRateTest, TakesTheTrainTablesValuesWithATenthOfItsRate) {
  const RunConfig run = study_.config("[train]\nlearning_rate = 0.4\nbatch_size = 7\n");
  const TrainConfig train = run.retrain_or_default().train;
  EXPECT_DOUBLE_EQ(train.learning_rate.of_network(true), 0.04);
  EXPECT_DOUBLE_EQ(train.learning_rate.of_network(false), 0.002);
  EXPECT_EQ(train.options.batch_size, 7);
  EXPECT_EQ(train.options.epochs, 25);
}

TEST_F(LearningRateTest, AStatedRateHoldsForEveryNetwork) {
  for (const char* text :
       {"[retrain]\nlearning_rate = 0.01\n", "[retrain]\nlearning_rate = 0.04\n"}) {
    const LearningRate rate = study_.config(text).retrain_or_default().train.learning_rate;
    EXPECT_EQ(rate.of_network(false), rate.of_network(true));
  }
  const RunConfig both = study_.config("[train]\nlearning_rate = \"auto\"\n[retrain]\n");
  EXPECT_EQ(both.retrain->train.learning_rate.by, LearningRate::By::kTest);
  EXPECT_THAT(
      message_of([&] { study_.config("[retrain]\nlearning_rate = \"fast\"\n"); }),
      ::testing::HasSubstr("retrain.learning_rate is \"fast\"; give a number, or \"auto\""));
}

// Recalibration adds some, which does not change that.
// schedule = "step" without steps: the last step's rate is the first one's.
TEST_F(LearningRateTest, WithoutBatchNormTheRateIsSmaller) {
  const auto rate_of = [this](const Network& network) {
    RunConfig run = study_.config(
        "[retrain]\nepochs = 1\nbatch_size = 4\nholdout = 4\nschedule = \"step\"\n"
        "stop_below = 0\n");
    run.retrain->train.output = study_.folder() / "rated";
    double rate = 0;
    SilentProgress silent;
    retrain_network(run, network, {}, false, {silent, {}},
                    [&rate](const EpochReport& report) { rate = report.learning_rate; });
    return rate;
  };
  EXPECT_DOUBLE_EQ(rate_of(network_), 0.01);
  EXPECT_DOUBLE_EQ(rate_of(without_batch_norm()), 0.0005);
  const RunConfig run = study_.config();
  SilentProgress silent;
  const Dataset sample = load_search_sample(run.data, run.seed, {silent, {}});
  const Network added = recalibrated(without_batch_norm(), plan_of(run, without_batch_norm(), 4),
                                     sample, run, {silent, {}});
  ASSERT_TRUE(has_batch_norm(added));
  EXPECT_DOUBLE_EQ(rate_of(added), 0.0005);
}

TEST_F(LearningRateTest, AutoTrainsWithOneOfTheTestedRates) {
  RunConfig run = config("found", "stop_below = 0\n");
  run.retrain->train.learning_rate.by = LearningRate::By::kTest;
  const AdcPlan plan = plan_of(run, network_, 4);
  const std::string found = content_hash(retrain(run, plan).network);
  const double rate =
      read_checkpoint(training_files(run.retrain->train).checkpoint).state.learning_rate;
  EXPECT_THAT(kTestedRates, ::testing::Contains(rate));
  run.retrain->train.learning_rate = {LearningRate::By::kValue, rate};
  EXPECT_EQ(content_hash(retrain(run, plan).network), found);
}

// With a share of 1 nothing may fall. The start answers all held-out images, what is wrecked one
// class.
TEST_F(LearningRateTest, ARateThatWrecksStopsWithItsKeyAndCanGoOn) {
  RunConfig run = config("right", "stop_below = 1.0\n");
  run.retrain->train.options.epochs = 12;
  SilentProgress silent;
  double best = 0;
  const Network start =
      retrain_network(run, network_, {}, false, {silent, {}}, [&best](const EpochReport& report) {
        best = std::max(best, report.holdout_accuracy);
      }).network;
  ASSERT_EQ(best, 1);
  run.retrain->train.output = study_.folder() / "wrecked";
  run.retrain->train.learning_rate.value = 3;
  const std::string message = message_of([&] {
    retrain_network(run, start, {}, false, {silent, {}}, nothing_);
  });
  EXPECT_THAT(message, ::testing::StartsWith("retrain.learning_rate = 3 is too high here: epoch "));
  EXPECT_THAT(message, ::testing::HasSubstr("0.3 for example"));
  run.retrain->stop_below = 0;
  std::int64_t last = 0;
  retrain_network(run, start, {}, true, {silent, {}},
                  [&last](const EpochReport& report) { last = report.epoch; });
  EXPECT_EQ(last, 12);
}

// Recalibration gives layers without batch-norm one, which the training goes on with.
TEST_F(LearningRateTest, AStoppedTrainingOfARecalibratedNetworkWithoutBatchNormContinues) {
  RunConfig run = config("added", "recalibrate = true\nstop_below = 0\n");
  const Network start = without_batch_norm();
  const AdcPlan plan = plan_of(run, start, 4);
  SilentProgress silent;
  const Trained whole = retrain_network(run, start, plan, false, {silent, {}}, nothing_);
  run.retrain->train.output = study_.folder() / "stopped";
  Cancellation cancellation;
  const auto stop = [&](const EpochReport&) { cancellation.request(); };
  EXPECT_THROW(retrain_network(run, start, plan, false, {silent, cancellation}, stop), Error);
  const Trained resumed = retrain_network(run, start, plan, true, {silent, {}}, nothing_);
  EXPECT_EQ(content_hash(resumed.network), content_hash(whole.network));
}

}  // namespace
}  // namespace bitline
