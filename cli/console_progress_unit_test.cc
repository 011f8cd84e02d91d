// What a line of progress says.
#include <gtest/gtest.h>

#include "cli/console_progress.h"

namespace bitline::cli {
namespace {

/// Of a task that has gone on at one pace.
LastHalf steady(const Milestone& now) {
  return {{now.seconds / 2, now.share / 2}, {now.seconds * 3 / 4, now.share * 3 / 4}};
}

TEST(ProgressLine, SaysShareNoteAndTheTimeLeft) {
  EXPECT_EQ(progress_line("search", {60, 0.25}, "best delta 9", steady({60, 0.25})),
            "search:  25 %, best delta 9, 3 min 00 s left");
  EXPECT_EQ(progress_line("search", {7200, 0.5}, "", steady({7200, 0.5})),
            "search:  50 %, 2 h 00 min left");
  EXPECT_EQ(progress_line("train", {2, 0.01}, "", steady({2, 0.01})),
            "train:   1 %, 3 min 18 s left");
}

// One image of five million after 1.3 s would promise 1806 hours.
TEST(ProgressLine, EstimatesNothingAtTheStart) {
  EXPECT_EQ(progress_line("train", {1.3, 2e-7}, ""), "train:   0 %, 1 s so far");
  EXPECT_EQ(progress_line("train", {1.9, 0.5}, "", steady({1.9, 0.5})), "train:  50 %, 2 s so far");
  EXPECT_EQ(progress_line("train", {30, 0.009}, "loss 2.3"), "train:   1 %, loss 2.3, 30 s so far");
  EXPECT_EQ(progress_line("train", {100, 0}, "", {}), "train:   0 %, 1 min 40 s so far");
}

// A minute for the first four thousandths promises four hours, and ten seconds later the task is
// done to a thirtieth: half an hour.
TEST(ProgressLine, EstimatesNothingBeforeThePaceHasLasted) {
  EXPECT_EQ(progress_line("search", {60, 0.004}, "", {{30, 0}, {45, 0.001}}),
            "search:   0 %, 1 min 00 s so far");
  EXPECT_EQ(progress_line("search", {70, 0.033}, "", {{35, 0}, {52, 0.002}}),
            "search:   3 %, 1 min 10 s so far");
  // Half a hundredth a second, then nearly twice that; more than twice, or less than half, is
  // another.
  EXPECT_EQ(progress_line("search", {40, 0.24}, "", {{20, 0.1}, {30, 0.15}}),
            "search:  24 %, 1 min 49 s left");
  EXPECT_EQ(progress_line("search", {40, 0.26}, "", {{20, 0.1}, {30, 0.15}}),
            "search:  26 %, 40 s so far");
  EXPECT_EQ(progress_line("search", {40, 0.17}, "", {{20, 0.1}, {30, 0.15}}),
            "search:  17 %, 40 s so far");
}

// Three fifths were done before, and the rest takes a second for each hundredth.
TEST(ProgressLine, EstimatesByThePaceOfTheLastHalfOfTheTime) {
  Milestones milestones;
  milestones.pass({0.1, 0.6});
  for (int second = 1; second <= 20; ++second)
    milestones.pass({static_cast<double>(second), 0.6 + 0.01 * second});
  EXPECT_EQ(milestones.last_half(20).begin.seconds, 10);
  EXPECT_EQ(milestones.last_half(20).middle.seconds, 15);
  EXPECT_EQ(progress_line("search", {20, 0.8}, "", milestones.last_half(20)),
            "search:  80 %, 20 s left");
  EXPECT_EQ(progress_line("search", {20, 0.8}, "", {{10, 0.8}, {15, 0.8}}),
            "search:  80 %, 20 s so far");
  EXPECT_EQ(milestones.last_half(0).begin.share, 0);
}

TEST(Milestones, AreFewOfMany) {
  Milestones milestones;
  for (int i = 1; i <= 100'000; ++i) milestones.pass({0.01 * i, 1e-5 * i});
  EXPECT_NEAR(milestones.last_half(1000).begin.seconds, 500, 10);
  EXPECT_NEAR(milestones.last_half(1000).middle.seconds, 750, 15);
  EXPECT_NEAR(milestones.last_half(1).begin.seconds, 0.5, 0.2);
}

TEST(ProgressLine, SaysInTheEndHowLongItTook) {
  EXPECT_EQ(progress_line("read pictures", {0.4, 1}, ""), "read pictures: 100 %, 0 s");
  EXPECT_EQ(progress_line("search", {75, 1}, "best delta 9"),
            "search: 100 %, best delta 9, 1 min 15 s");
}

}  // namespace
}  // namespace bitline::cli
