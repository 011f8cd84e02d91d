#include "bitline/evaluate/guessing.h"

#include <gtest/gtest.h>

namespace bitline {
namespace {

// A coin thrown five times shows heads each time in 1 of 32 cases, six times in 1 of 64; five heads
// or more of six are 7 of 64.
TEST(Guessing, IsJudgedByTheExactTailOfACoin) {
  EXPECT_TRUE(could_be_guessed(5, 5, 2));
  EXPECT_FALSE(could_be_guessed(6, 6, 2));
  EXPECT_TRUE(could_be_guessed(5, 6, 2));
}

TEST(Guessing, OneOf40CasesStillIsAGuess) {
  EXPECT_TRUE(could_be_guessed(1, 1, 40));
  EXPECT_FALSE(could_be_guessed(1, 1, 41));
}

// 1 − 0.999^100 = 9.5 %, and without 100 · 0.001 · 0.999^99 = 9.1 % of that for exactly one: 0.5 %.
TEST(Guessing, AFewImagesOfManyClassesTakeMoreThanOneRightAnswer) {
  EXPECT_TRUE(could_be_guessed(1, 100, 1000));
  EXPECT_FALSE(could_be_guessed(2, 100, 1000));
}

// 1,000 are expected, with a deviation of 30: one deviation is usual, four are not.
TEST(Guessing, ManyImagesDoNotUnderflow) {
  EXPECT_TRUE(could_be_guessed(1030, 10000, 10));
  EXPECT_FALSE(could_be_guessed(1120, 10000, 10));
  EXPECT_TRUE(could_be_guessed(0, 10000, 10));
  EXPECT_FALSE(could_be_guessed(10000, 10000, 10));
}

}  // namespace
}  // namespace bitline
