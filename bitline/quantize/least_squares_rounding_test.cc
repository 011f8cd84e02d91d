#include "bitline/quantize/least_squares_rounding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bitline {
namespace {

using ::testing::ElementsAre;

/// Integers −7 … 7.
QuantSpec four_bits() {
  QuantSpec spec;
  spec.bits = 4;
  spec.is_signed = true;
  spec.narrow = true;
  return spec;
}

/// Of one output, whose weights are `weights`, with a step of 1.
std::vector<float> levels_of(const std::vector<float>& inputs, const std::vector<double>& outputs,
                             const std::vector<float>& weights) {
  RoundingSamples samples(static_cast<std::int64_t>(weights.size()), 1);
  samples.add(inputs, outputs);
  return samples.levels(weights, std::vector<float>{1}, four_bits());
}

TEST(LeastSquaresRounding, RoundsEachWeightWhereInputsDoNotGoTogether) {
  EXPECT_THAT(levels_of({1, 0, -1, 0, 0, 1, 0, -1}, {0.4, -0.4, 2.6, -2.6}, {0.4F, 2.6F}),
              ElementsAre(0, 3));
}

// Where both inputs are always the same, their weights' sum of 0.8 is all that counts.
TEST(LeastSquaresRounding, LetsAWeightTakeUpWhatAnotherLoses) {
  EXPECT_THAT(levels_of({1, 1, -1, -1, 2, 2, -2, -2}, {0.8, -0.8, 1.6, -1.6}, {0.4F, 0.4F}),
              ElementsAre(0, 1));
}

// A grid has halved the input: the weight doubles, less what the ridge holds back.
TEST(LeastSquaresRounding, MakesUpForAnInputThatItsGridHasScaled) {
  EXPECT_THAT(levels_of({1, -1, 2, -2}, {2.6, -2.6, 5.2, -5.2}, {1.3F}), ElementsAre(3));
}

TEST(LeastSquaresRounding, LeavesMeansToTheBias) {
  EXPECT_THAT(levels_of({6, 4, 7, 3}, {101.3, 98.7, 102.6, 97.4}, {1.3F}), ElementsAre(1));
}

TEST(LeastSquaresRounding, RoundsEachWeightOfInputsThatNeverChange) {
  EXPECT_THAT(levels_of({3, 5, 3, 5}, {9, 9}, {1.4F, -2.6F}), ElementsAre(1, -3));
}

TEST(LeastSquaresRounding, StaysOnTheGridAndTakesTheStepOfEachOutput) {
  RoundingSamples samples(1, 2);
  samples.add(std::vector<float>{1, -1}, std::vector<double>{20, 3, -20, -3});
  EXPECT_THAT(samples.levels(std::vector<float>{20, 3}, std::vector<float>{2, 0.5F}, four_bits()),
              ElementsAre(7, 6));
}

TEST(LeastSquaresRounding, DoesNotDependOnHowSamplesCome) {
  RoundingSamples one(2, 1);
  one.add(std::vector<float>{1, 1, -1, -1, 2, 2.5F, -2, -2},
          std::vector<double>{0.8, -0.8, 1.7, 1});
  RoundingSamples two(2, 1);
  two.add(std::vector<float>{1, 1, -1, -1}, std::vector<double>{0.8, -0.8});
  two.add(std::vector<float>{2, 2.5F, -2, -2}, std::vector<double>{1.7, 1});
  EXPECT_EQ(two.count(), 4);
  const std::vector<float> weights{0.4F, 0.4F};
  EXPECT_EQ(one.levels(weights, std::vector<float>{0.1F}, four_bits()),
            two.levels(weights, std::vector<float>{0.1F}, four_bits()));
}

}  // namespace
}  // namespace bitline
