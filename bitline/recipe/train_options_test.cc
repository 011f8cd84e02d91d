#include "bitline/recipe/train_options.h"

#include <gtest/gtest.h>

#include "bitline/base/error.h"

namespace bitline {
namespace {

TEST(LearningRate, FollowsHalfACosine) {
  TrainOptions options;
  options.epochs = 4;
  options.learning_rate = 0.2;
  EXPECT_DOUBLE_EQ(learning_rate_at(options, 0, 10), 0.2);
  EXPECT_NEAR(learning_rate_at(options, 20, 10), 0.1, 1e-12);  // half-way: cos(π/2) = 0
  // one step before the end: 0.1 · (1 + cos(π · 39/40))
  EXPECT_NEAR(learning_rate_at(options, 39, 10), 0.1 * (1 - 0.99691733373), 1e-9);
}

TEST(LearningRate, RisesLinearlyDuringWarmUp) {
  TrainOptions options;
  options.epochs = 4;
  options.learning_rate = 0.2;
  options.warmup_epochs = 1;
  EXPECT_DOUBLE_EQ(learning_rate_at(options, 0, 10), 0.02);
  EXPECT_DOUBLE_EQ(learning_rate_at(options, 9, 10), 0.2);
  EXPECT_DOUBLE_EQ(learning_rate_at(options, 10, 10), 0.2);  // the cosine starts at its top
}

TEST(LearningRate, DropsAtTheStatedEpochs) {
  TrainOptions options;
  options.schedule = Schedule::kStep;
  options.learning_rate = 1;
  options.step_epochs = {2, 3};
  options.step_factor = 0.5;
  EXPECT_DOUBLE_EQ(learning_rate_at(options, 19, 10), 1);
  EXPECT_DOUBLE_EQ(learning_rate_at(options, 20, 10), 0.5);
  EXPECT_DOUBLE_EQ(learning_rate_at(options, 30, 10), 0.25);
}

TEST(TrainOptions, RefusesWhatCannotBeTrained) {
  const auto refused = [](auto change) {
    TrainOptions options;
    change(options);
    try {
      validate(options, "train");
    } catch (const Error& error) {
      return error.kind() == ErrorKind::kUsage;
    }
    return false;
  };
  EXPECT_TRUE(refused([](TrainOptions& o) { o.epochs = 0; }));
  EXPECT_TRUE(refused([](TrainOptions& o) { o.batch_size = 0; }));
  EXPECT_TRUE(refused([](TrainOptions& o) { o.learning_rate = 0; }));
  EXPECT_TRUE(refused([](TrainOptions& o) { o.momentum = 1; }));
  EXPECT_TRUE(refused([](TrainOptions& o) { o.weight_decay = -1; }));
  EXPECT_FALSE(refused([](TrainOptions&) {}));
}

}  // namespace
}  // namespace bitline
