// Labels are what a network answers under one normalization, so that this one fits best.
#include "bitline/study/normalization_trials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/evaluate/predict.h"
#include "bitline/evaluate/scoring.h"
#include "bitline/models/network_builder.h"
#include "bitline/testing/study.h"

namespace bitline {
namespace {

const Normalization kImageNet{{0.485F, 0.456F, 0.406F}, {0.229F, 0.224F, 0.225F}};
const Normalization kOdd{{0.1F, 0.9F, 0.3F}, {0.05F, 0.5F, 0.1F}};

/// Random weights on every pixel, so that each normalization gives other answers.
Network dense_network() {
  NetworkBuilder build("dense", {3, 8, 8}, 7);
  build.linear("classifier", build.flatten("pixels", build.input()), 192, 10, false);
  return std::move(build).finish();
}

class NormalizationTrialsTest : public testing::Test {
 protected:
  NormalizationTrialsTest() : config_(study_.config()), network_(dense_network()) {
    config_.data.mean_is_given = config_.data.deviation_is_given = false;
    images_ = test::two_classes(48, 5);
    images_.classes = 10;
  }

  /// From now on `normalization` is right for the images as they are.
  void label_by(const Normalization& normalization) {
    const Executor executor(network_, MacMode::kFloat, config_.array, config_.engine,
                            job_.progress);
    images_.labels =
        predicted_classes(predict(executor, {}, images_, normalization, "label", job_));
  }
  NormalizationTrials trials() const {
    return try_normalizations(network_, config_, images_, job_);
  }

  SilentProgress silent_;
  Cancellation none_;
  Job job_{silent_, none_};
  const test::TestStudy study_;
  RunConfig config_;
  Network network_;
  Dataset images_;
};

TEST_F(NormalizationTrialsTest, ThatOfTheTrainingComesFirst) {
  label_by(kImageNet);
  const NormalizationTrials found = trials();
  const NormalizationTrial& best = found.trials.front();
  EXPECT_EQ(best.name, "ImageNet");
  EXPECT_EQ(best.normalization, kImageNet);
  EXPECT_EQ(best.evaluation.score.correct, 48);
  EXPECT_FALSE(best.is_worse);
  EXPECT_TRUE(found.trials.back().is_worse);
  EXPECT_LT(found.trials.back().evaluation.score.correct, 48);
}

TEST_F(NormalizationTrialsTest, WhatIsStatedIsTriedTooAndMarkedAndNothingIsRefused) {
  label_by(kOdd);
  network_.normalization = kOdd;
  config_.data.normalization = kImageNet;
  config_.data.mean_is_given = config_.data.deviation_is_given = true;
  const NormalizationTrials found = trials();
  EXPECT_EQ(found.trials.front().normalization, kOdd);
  EXPECT_EQ(found.trials.front().stated, "the network file says so");
  EXPECT_EQ(found.trials.front().evaluation.score.correct, 48);
  std::vector<std::string> stated;
  for (const NormalizationTrial& trial : found.trials)
    if (trial.name == "ImageNet") stated.push_back(trial.stated);
  EXPECT_THAT(stated, testing::ElementsAre("[data] says so"));
}

TEST_F(NormalizationTrialsTest, TheDefaultIsMarkedWhereNothingIsStated) {
  config_.data.normalization = {{0.5F}, {0.5F}};
  std::vector<std::string> marked;
  for (const NormalizationTrial& trial : trials().trials)
    if (trial.stated == "taken unless given") marked.push_back(trial.name);
  EXPECT_THAT(marked, testing::ElementsAre("-1 to 1"));
}

TEST_F(NormalizationTrialsTest, OfRealPixelsAbove1TheUsualOnesCountFor0To255) {
  label_by(kImageNet);
  Tensor real(DType::kF32, images_.images.shape());
  const auto bytes = images_.images.data<std::uint8_t>();
  for (std::size_t i = 0; i < bytes.size(); ++i)
    real.data<float>()[i] = static_cast<float>(bytes[i]);
  images_.images = real;
  const NormalizationTrials found = trials();
  const NormalizationTrial& best = found.trials.front();
  EXPECT_EQ(best.name, "ImageNet");
  EXPECT_FLOAT_EQ(best.normalization.mean[0], 0.485F * 255);
  EXPECT_FLOAT_EQ(best.normalization.deviation[2], 0.225F * 255);
}

// The labels are those of the images with red and blue exchanged.
TEST_F(NormalizationTrialsTest, ImagesWhoseChannelsStandInTheOppositeOrderAreFound) {
  const auto exchange = [this] {
    const auto bytes = images_.images.data<std::uint8_t>();
    for (std::size_t i = 0; i < bytes.size(); i += 192)
      for (std::size_t p = 0; p < 64; ++p) std::swap(bytes[i + p], bytes[i + 128 + p]);
  };
  exchange();
  label_by(kOdd);
  exchange();
  network_.normalization = kOdd;
  const NormalizationTrials found = trials();
  EXPECT_LT(found.trials.front().evaluation.score.correct, 48);
  ASSERT_TRUE(found.reversed);
  EXPECT_EQ(found.reversed->evaluation.score.correct, 48);
}

}  // namespace
}  // namespace bitline
