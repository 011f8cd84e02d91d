// What a line of progress says.
#include <gtest/gtest.h>

#include "cli/console_progress.h"

namespace bitline::cli {
namespace {

TEST(ProgressLine, SaysShareNoteAndTheTimeLeft) {
  EXPECT_EQ(progress_line("search", 0.25, "best delta 9", 60),
            "search:  25 %, best delta 9, 3 min 00 s left");
  EXPECT_EQ(progress_line("search", 0.5, "", 7200), "search:  50 %, 2 h 00 min left");
}

// One image of five million after 1.3 s would promise 1806 hours.
TEST(ProgressLine, EstimatesNothingAtTheStart) {
  EXPECT_EQ(progress_line("train", 2e-7, "", 1.3), "train:   0 %, 1 s so far");
  EXPECT_EQ(progress_line("train", 0.5, "", 1.9), "train:  50 %, 2 s so far");
  EXPECT_EQ(progress_line("train", 0.009, "loss 2.3", 30), "train:   1 %, loss 2.3, 30 s so far");
  EXPECT_EQ(progress_line("train", 0, "", 100), "train:   0 %, 1 min 40 s so far");
}

TEST(ProgressLine, EstimatesOnceThatMeansSomething) {
  EXPECT_EQ(progress_line("train", 0.01, "", 2), "train:   1 %, 3 min 18 s left");
  EXPECT_EQ(progress_line("train", 0.001, "", 60), "train:   0 %, 16 h 39 min left");
}

TEST(ProgressLine, SaysInTheEndHowLongItTook) {
  EXPECT_EQ(progress_line("read pictures", 1, "", 0.4), "read pictures: 100 %, 0 s");
  EXPECT_EQ(progress_line("search", 1, "best delta 9", 75),
            "search: 100 %, best delta 9, 1 min 15 s");
}

}  // namespace
}  // namespace bitline::cli
