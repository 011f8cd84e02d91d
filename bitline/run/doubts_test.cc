#include "bitline/run/doubts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bitline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// A lossless network with 90 % [88, 92], and a plan whose losses have these intervals.
std::vector<ResultRow> rows_with(const Interval& validation, const Interval& test) {
  std::vector<ResultRow> rows(2);
  rows[0].test_accuracy = {0.9, 0.88, 0.92};
  rows[1].levels = 8;
  rows[1].plan = "plans/L8-csnr.json";
  rows[1].validation_loss_interval = validation;
  rows[1].test_loss = test;
  return rows;
}

const JudgedImages kImages{10, {300, 200, 0, 1000}};

TEST(Doubts, ThereAreNoneWhereIntervalsBearTheBudget) {
  EXPECT_THAT(doubts_about(rows_with({0, -1, 1}, {0.5, -0.5, 1.5}), 1, kImages, 1), IsEmpty());
}

// Half of [-0.6, 1.5] is 1.05 points.
TEST(Doubts, OneIsThatTheImagesCannotTellTheBudgetFromNoLoss) {
  const auto rows = rows_with({0.5, -0.6, 1.5}, {0.5, 0, 1});
  EXPECT_THAT(doubts_about(rows, 1, kImages, 1),
              ElementsAre("200 validation images cannot tell a loss of 1 point from none: that of "
                          "L8-csnr is 0.50 [-0.60, 1.50] there; more of them: "
                          "data.validation_per_class"));
  EXPECT_THAT(doubts_about(rows, 1, kImages, Rational(11, 10)), IsEmpty());
  EXPECT_THAT(doubts_about(rows_with({0, 0, 0}, {0, -3, 2.5}), 1, kImages, 2),
              ElementsAre(HasSubstr("1000 test images cannot tell a loss of 2 points")));
}

// Few images, but the answer is plain: more than 2 points are lost, or fewer.
TEST(Doubts, NoneIsThatImagesAreFewWhereTheBudgetIsOutsideTheInterval) {
  EXPECT_THAT(doubts_about(rows_with({0, 0, 0}, {7, 2.1, 12}), 1, kImages, 2), IsEmpty());
  EXPECT_THAT(doubts_about(rows_with({0, 0, 0}, {-2, -6, 1.9}), 1, kImages, 2), IsEmpty());
  EXPECT_THAT(doubts_about(rows_with({0, 0, 0}, {7, 2, 12}), 1, kImages, 2), SizeIs(1));
}

TEST(Doubts, APartOfTheTestSetCanBeMore) {
  const auto rows = rows_with({0, 0, 0}, {0, -3, 2.5});
  EXPECT_THAT(doubts_about(rows, 1, {10, {300, 200, 0, 100, 10}}, 2),
              ElementsAre(HasSubstr("100 test images cannot tell a loss of 2 points from none")));
  EXPECT_THAT(doubts_about(rows, 1, {10, {300, 200, 0, 100, 10}}, 2),
              ElementsAre(HasSubstr("more of them: data.test_per_class, or 0 for all")));
}

TEST(Doubts, TheRowThatLosesLeastIsJudgedWhereNoneIsRecommended) {
  auto rows = rows_with({3, 0, 6}, {0, 0, 0});
  rows.push_back(rows[1]);
  rows[1].validation_loss = 3;
  rows[2].validation_loss = 2;
  rows[2].validation_loss_interval = {2, 1.5, 2.5};
  EXPECT_THAT(doubts_about(rows, {}, kImages, 1), IsEmpty());
  rows.resize(1);
  EXPECT_THAT(doubts_about(rows, {}, kImages, 1), IsEmpty());
}

TEST(Doubts, OneIsThatFewerLevelsLoseLessThanMore) {
  auto rows = rows_with({0.5, 0, 1}, {0, 0, 0});
  rows[1].ranges = "csnr";
  rows[1].validation_loss = Rational(1, 2);
  rows.resize(4, rows[1]);
  rows[2].levels = 16;
  rows[3].levels = 32;
  rows[3].validation_loss = Rational(3, 2);
  rows[3].validation_loss_interval = {1.5, 1, 2};
  EXPECT_THAT(doubts_about(rows, 1, kImages, 1),
              ElementsAre("csnr with 8 levels loses less on the validation images than with 32, "
                          "0.50 [0.00, 1.00] and 1.50 [1.00, 2.00] points: losses do not fall with "
                          "every level here"));
  rows[3].ranges = "mse";
  EXPECT_THAT(doubts_about(rows, 1, kImages, 1), IsEmpty());
}

TEST(Doubts, OneIsWhatTheGridsCostBeforeAnyAdc) {
  auto rows = rows_with({0, 0, 0}, {0, 0, 0});
  ResultRow real;
  real.real = true;
  real.test_loss = {-8.5, -9.25, -7.75};
  rows.insert(rows.begin(), real);
  EXPECT_THAT(doubts_about(rows, 2, kImages, 1),
              ElementsAre(HasSubstr("the integer grids alone cost 8.50 points [7.75, 9.25]")));
  rows.front().test_loss = {-1, -2, 0};
  EXPECT_THAT(doubts_about(rows, 2, kImages, 1), IsEmpty());
}

// A guess among 4 classes has 25 %, and the interval of 21 of 100 reaches from 14.2 to 30.0 %.
TEST(Doubts, OneIsABaselineThatIsNoBetterThanAGuess) {
  auto rows = rows_with({0, 0, 0}, {0, 0, 0});
  rows[0].test_accuracy = {0.21, 0.142, 0.3};
  EXPECT_THAT(doubts_about(rows, 1, {4, {300, 200, 0, 100}}, 1),
              ElementsAre(HasSubstr("21.00 % [14.20, 30.00] on the test images, where a guess "
                                    "among 4 classes has 25.00 %")));
  EXPECT_THAT(doubts_about(rows, 1, {10, {300, 200, 0, 100}}, 1), IsEmpty());
}

TEST(Doubts, ABaselineAtChanceIsTheGridsFaultWhereTheFloatNetworkAnswers) {
  auto rows = rows_with({0, 0, 0}, {0, 0, 0});
  rows[0].test_accuracy = {0.21, 0.142, 0.3};
  EXPECT_THAT(doubts_about(rows, 1, {4, {300, 200, 0, 100}}, 1),
              ElementsAre(HasSubstr("--try-normalization")));
  ResultRow real;
  real.real = true;
  real.test_accuracy = {0.9, 0.826, 0.945};
  rows.insert(rows.begin(), real);
  EXPECT_THAT(doubts_about(rows, 2, {4, {300, 200, 0, 100}}, 1),
              ElementsAre(HasSubstr("before [quantize] gives grids that the network bears")));
  rows.front().test_accuracy = {0.25, 0.175, 0.343};
  EXPECT_THAT(doubts_about(rows, 2, {4, {300, 200, 0, 100}}, 1),
              ElementsAre(HasSubstr("--try-normalization")));
}

}  // namespace
}  // namespace bitline
