#include "bitline/run/run_account.h"

#include <gtest/gtest.h>

#include "bitline/base/file.h"
#include "bitline/testing/progress.h"
#include "bitline/testing/study.h"

namespace bitline {
namespace {

// Stopped before the last searches, and among the evaluations.
TEST(RunAccount, AStoppedRunLeavesWhatItHasMeasured) {
  const test::TestStudy study;
  SilentProgress silent;
  for (const int updates : {60, 400}) {
    Cancellation cancellation;
    test::StopAfter stop(cancellation, updates);
    const std::string name = "stopped" + std::to_string(updates);
    EXPECT_THROW(run_pipeline(study.config(), study.folder() / name, {stop, cancellation}), Error);
    const UnfinishedRun unfinished =
        unfinished_run_from_json(read_text_file(study.folder() / name / "unfinished.json"));
    ASSERT_GT(unfinished.plans.size(), 1U) << updates;
    EXPECT_EQ(unfinished.plans[0].name, "lossless");
    EXPECT_EQ(unfinished.plans[1].name, "L3-network-wise");
    const RunOutcome whole = run_pipeline(study.config(), study.folder() / name, {silent, {}});
    EXPECT_FALSE(std::filesystem::exists(study.folder() / name / "unfinished.json"));
    EXPECT_EQ(unfinished.plans[1].search, whole.rows[1].search_accuracy);
    for (const FinishedPlan& plan : unfinished.plans)
      for (const ResultRow& row : whole.rows)
        if (plan.test && artefact_name(row) == plan.name) {
          EXPECT_EQ(*plan.test, row.test_accuracy);
        }
  }
}

}  // namespace
}  // namespace bitline
