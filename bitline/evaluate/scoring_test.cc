#include "bitline/evaluate/scoring.h"

#include <gtest/gtest.h>

namespace bitline {
namespace {

TEST(Scoring, RoundsCrossEntropyToAMultipleOfTwoToTheMinusTwenty) {
  // two equal logits: ln 2 · 2^20 = 726817.2
  const std::vector<float> logits{1.5F, 1.5F};
  const Score score = score_image(logits, 1);
  EXPECT_EQ(score.loss, 726817);
  EXPECT_EQ(score.images, 1);
}

TEST(Scoring, EqualLogitsAnswerWithTheLowestClass) {
  const std::vector<float> logits{1.5F, 1.5F};
  EXPECT_EQ(predicted_class(logits), 0);
  EXPECT_EQ(score_image(logits, 0).correct, 1);
  EXPECT_EQ(score_image(logits, 1).correct, 0);
}

TEST(Scoring, TheFifthLargestLogitIsInTheTopFiveAndTheSixthIsNot) {
  const std::vector<float> logits{6.0F, 5.0F, 4.0F, 3.0F, 2.0F, 1.0F};
  EXPECT_TRUE(in_top_five(logits, 0));
  EXPECT_TRUE(in_top_five(logits, 4));
  EXPECT_FALSE(in_top_five(logits, 5));
}

TEST(Scoring, OfEqualLogitsTheLowerClassComesFirstInTheTopFive) {
  // 9 at class 6, then six equal ones: classes 0 to 3 take places two to five
  const std::vector<float> logits{1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 9.0F};
  EXPECT_TRUE(in_top_five(logits, 6));
  EXPECT_TRUE(in_top_five(logits, 3));
  EXPECT_FALSE(in_top_five(logits, 4));
  EXPECT_FALSE(in_top_five(logits, 5));
}

TEST(Scoring, TopFiveIsCountedOverImages) {
  const std::vector<float> values{6.0F, 5.0F, 4.0F, 3.0F, 2.0F, 1.0F,
                                  6.0F, 5.0F, 4.0F, 3.0F, 2.0F, 1.0F};
  const std::vector<std::int32_t> targets{4, 5};
  EXPECT_EQ(count_top_five(Tensor::of<float>({2, 6}, values), targets), 1);
}

TEST(Scoring, SurvivesLogitsThatWouldOverflowAnExponential) {
  const std::vector<float> logits{0.0F, 2000.0F};
  EXPECT_EQ(score_image(logits, 1).loss, 0);
  EXPECT_EQ(score_image(logits, 0).loss, std::int64_t{2000} << 20);
}

TEST(Scoring, ACrossEntropyBeyondAMillionNatsCountsAsThatMany) {
  for (const float wrong : {2e6F, 1e12F, 3e38F}) {
    const std::vector<float> logits{0.0F, wrong, -wrong};
    EXPECT_EQ(score_image(logits, 0).loss, std::int64_t{1} << 40) << wrong;
    EXPECT_EQ(score_image(logits, 2).loss, std::int64_t{1} << 40) << wrong;
    EXPECT_EQ(score_image(logits, 1).loss, 0) << wrong;
  }
}

TEST(Scoring, ABatchIsTheSumOfItsImages) {
  const std::vector<float> values{0.3F, 1.0F, -2.0F, 0.0F, 0.5F, 0.25F};
  const Tensor logits = Tensor::of<float>({2, 3}, values);
  const std::vector<std::int32_t> targets{1, 2};
  Score sum = score_image(std::span(values).first(3), 1);
  sum += score_image(std::span(values).subspan(3), 2);
  EXPECT_EQ(score_batch(logits, targets), sum);
  EXPECT_EQ(sum.correct, 1);
}

}  // namespace
}  // namespace bitline
