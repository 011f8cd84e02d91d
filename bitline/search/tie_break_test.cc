#include "bitline/search/tie_break.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "bitline/testing/expect_error.h"

namespace bitline {
namespace {

using test::expect_error;

RankedScore ranked(std::int64_t correct, std::int64_t loss, std::int64_t delta) {
  return {{10, correct, loss}, delta};
}

TEST(TieBreak, AccuracyAsksForCorrectThenLossThenLargerDelta) {
  for (const Objective objective : {Objective::kAccuracy, Objective::kAgreement}) {
    EXPECT_TRUE(ranks_before(objective, ranked(8, 90, 1), ranked(7, 10, 9)));
    EXPECT_TRUE(ranks_before(objective, ranked(8, 10, 1), ranked(8, 11, 9)));
    EXPECT_TRUE(ranks_before(objective, ranked(8, 10, 9), ranked(8, 10, 1)));
  }
}

TEST(TieBreak, LossAsksForLossThenCorrectThenLargerDelta) {
  EXPECT_TRUE(ranks_before(Objective::kLoss, ranked(7, 10, 1), ranked(8, 11, 9)));
  EXPECT_TRUE(ranks_before(Objective::kLoss, ranked(8, 10, 1), ranked(7, 10, 9)));
  EXPECT_TRUE(ranks_before(Objective::kLoss, ranked(8, 10, 9), ranked(8, 10, 1)));
}

TEST(TieBreak, DecidesBetweenAnyTwoCandidatesOneWayOnly) {
  ASSERT_TRUE(rc::check([] {
    const auto objective = *rc::gen::element(Objective::kAccuracy, Objective::kLoss);
    const auto draw = [] { return *rc::gen::inRange(0, 3); };
    const RankedScore a = ranked(draw(), draw(), draw());
    const RankedScore b = ranked(draw(), draw(), draw());
    const bool same = a.score == b.score && a.delta == b.delta;
    RC_ASSERT(ranks_before(objective, a, b) + ranks_before(objective, b, a) == (same ? 0 : 1));
  }));
}

TEST(TieBreak, RefusesToCompareDifferentNumbersOfImages) {
  expect_error(ErrorKind::kBug, "internal error", [] {
    ranks_before(Objective::kLoss, {{1, 1, 1}, 1}, {{2, 1, 1}, 2});
  });
}

TEST(TieBreak, BestOutcomeAnswersEveryRemainingImageRightAtNoLoss) {
  // 3 of 4 images right so far, 6 remain: at best 9 right, and no more loss.
  EXPECT_EQ(best_outcome({4, 3, 70}, 10), (Score{10, 9, 70}));
}

TEST(TieBreak, ObjectiveNamesReadBack) {
  for (const Objective objective : {Objective::kAccuracy, Objective::kLoss, Objective::kAgreement})
    EXPECT_EQ(from_name<Objective>(name_of(objective)), objective);
  expect_error(ErrorKind::kUsage,
               "objective 'acuracy' is unknown; choose one of accuracy, loss, agreement",
               [] { from_name<Objective>("acuracy"); });
}

}  // namespace
}  // namespace bitline
