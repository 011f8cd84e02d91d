// What a line of progress says.
#include <gtest/gtest.h>

#include "cli/console_progress.h"

namespace bitline::cli {
namespace {

TEST(ProgressLine, SaysShareNoteAndTheTimeLeft) {
  EXPECT_EQ(progress_line("search", {60, 0.25}, "best delta 9"),
            "search:  25 %, best delta 9, 3 min 00 s left");
  EXPECT_EQ(progress_line("search", {7200, 0.5}, ""), "search:  50 %, 2 h 00 min left");
}

// One image of five million after 1.3 s would promise 1806 hours.
TEST(ProgressLine, EstimatesNothingAtTheStart) {
  EXPECT_EQ(progress_line("train", {1.3, 2e-7}, ""), "train:   0 %, 1 s so far");
  EXPECT_EQ(progress_line("train", {1.9, 0.5}, ""), "train:  50 %, 2 s so far");
  EXPECT_EQ(progress_line("train", {30, 0.009}, "loss 2.3"), "train:   1 %, loss 2.3, 30 s so far");
  EXPECT_EQ(progress_line("train", {100, 0}, ""), "train:   0 %, 1 min 40 s so far");
}

TEST(ProgressLine, EstimatesOnceThatMeansSomething) {
  EXPECT_EQ(progress_line("train", {2, 0.01}, ""), "train:   1 %, 3 min 18 s left");
  EXPECT_EQ(progress_line("train", {60, 0.001}, ""), "train:   0 %, 16 h 39 min left");
}

// Three fifths were done before, and the rest takes a second for each hundredth.
TEST(ProgressLine, EstimatesByThePaceOfTheLastHalfOfTheTime) {
  HalfTime half_time;
  half_time.pass({0.1, 0.6});
  for (int second = 1; second <= 20; ++second)
    half_time.pass({static_cast<double>(second), 0.6 + 0.01 * second});
  EXPECT_EQ(half_time.of(20).seconds, 10);
  EXPECT_EQ(progress_line("search", {20, 0.8}, "", half_time.of(20)), "search:  80 %, 20 s left");
  EXPECT_EQ(progress_line("search", {20, 0.8}, "", {10, 0.8}), "search:  80 %, 20 s so far");
  EXPECT_EQ(half_time.of(0).share, 0);
}

TEST(HalfTime, KeepsFewOfManyMilestones) {
  HalfTime half_time;
  for (int i = 1; i <= 100'000; ++i) half_time.pass({0.01 * i, 1e-5 * i});
  EXPECT_NEAR(half_time.of(1000).seconds, 500, 10);
  EXPECT_NEAR(half_time.of(1).seconds, 0.5, 0.2);
}

TEST(ProgressLine, SaysInTheEndHowLongItTook) {
  EXPECT_EQ(progress_line("read pictures", {0.4, 1}, ""), "read pictures: 100 %, 0 s");
  EXPECT_EQ(progress_line("search", {75, 1}, "best delta 9"),
            "search: 100 %, best delta 9, 1 min 15 s");
}

}  // namespace
}  // namespace bitline::cli
