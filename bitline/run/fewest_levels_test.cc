#include "bitline/run/fewest_levels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace bitline {
namespace {

using ::testing::ElementsAre;

/// What is asked, in order.
std::vector<std::int64_t> asked(std::int64_t most, const std::set<std::int64_t>& qualify,
                                std::optional<std::int64_t>& answer) {
  std::vector<std::int64_t> questions;
  answer = find_fewest_levels(most, [&](std::int64_t levels) {
    questions.push_back(levels);
    return qualify.contains(levels);
  });
  return questions;
}

TEST(FewestLevels, AreFoundWhereLossesFallWithEveryLevel) {
  for (std::int64_t fewest = 2; fewest <= 257; ++fewest) {
    std::int64_t questions = 0;
    EXPECT_EQ(find_fewest_levels(257,
                                 [&](std::int64_t levels) {
                                   ++questions;
                                   return levels >= fewest;
                                 }),
              fewest);
    EXPECT_LE(questions, 13) << fewest;  // 16, 32, 64, 128, 256, 257; 7 halves of 128 … 256
  }
}

TEST(FewestLevels, AsksEachNumberOnceAndTwoBelowTheAnswer) {
  std::optional<std::int64_t> answer;
  // 16 fails, 32 does not; 24, 20, 18, 19 in between; 17 lies below 19.
  std::set<std::int64_t> from_19;
  for (std::int64_t levels = 19; levels <= 64; ++levels) from_19.insert(levels);
  EXPECT_THAT(asked(64, from_19, answer), ElementsAre(16, 32, 24, 20, 18, 19, 17));
  EXPECT_EQ(answer, 19);
}

TEST(FewestLevels, GoesOnBelowWhereFewerAreBetterThanMore) {
  std::optional<std::int64_t> answer;
  // 7 fails between 6 and 8, and is not asked.
  EXPECT_THAT(asked(16, {6, 8, 9, 10, 11, 12, 13, 14, 15, 16}, answer),
              ElementsAre(16, 8, 4, 6, 5));
  EXPECT_EQ(answer, 6);
  // 6 fails below 7; 5 does not, and leads on to 4, which is known to fail, and 3.
  EXPECT_THAT(asked(16, {5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, answer),
              ElementsAre(16, 8, 4, 6, 7, 5, 3));
  EXPECT_EQ(answer, 5);
}

TEST(FewestLevels, StayBelowTheMostThereAre) {
  std::optional<std::int64_t> answer;
  EXPECT_THAT(asked(5, {4, 5}, answer), ElementsAre(5, 3, 4, 2));
  EXPECT_EQ(answer, 4);
  EXPECT_THAT(asked(2, {2}, answer), ElementsAre(2));
  EXPECT_EQ(answer, 2);
}

TEST(FewestLevels, AreNoneWhereNotEvenTheMostQualifies) {
  std::optional<std::int64_t> answer;
  EXPECT_THAT(asked(40, {}, answer), ElementsAre(16, 32, 40));
  EXPECT_EQ(answer, std::nullopt);
}

}  // namespace
}  // namespace bitline
