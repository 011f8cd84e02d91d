// search.levels = "fewest" in a run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/base/file.h"
#include "bitline/evaluate/predict.h"
#include "bitline/run/run.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/progress.h"
#include "bitline/testing/study.h"

namespace bitline {
namespace {

using test::message_of;

class FewestRunTest : public ::testing::Test {
 protected:
  RunConfig config(const std::vector<std::string>& settings) const {
    Config config = Config::from_text(study_.toml(), "test.toml");
    config.set("search.ranges=[\"layer-wise\"]");
    config.set("search.levels=\"fewest\"");
    for (const std::string& setting : settings) config.set(setting);
    return read_run_config(config);
  }
  RunOutcome run(const RunConfig& config, const std::string& folder) {
    return run_pipeline(config, study_.folder() / folder, {silent_, {}});
  }
  /// Half of `count` images have each class, as the lossless network answers: its bias is moved to
  /// where that is so.
  void label_by_the_network(std::int64_t count) const {
    Network network = test::tiny_network();
    Dataset images = test::two_classes(count, 7);
    const Executor executor(network, MacMode::kLossless, ArraySpec{});
    SilentProgress silent;
    const Tensor logits = predict(executor, executor.prepare({}), images,
                                  config({}).data.normalization, "", {silent, {}});
    std::vector<float> ahead;  // of class 0
    for (std::size_t i = 0; i < images.labels.size(); ++i)
      ahead.push_back(logits.data<float>()[2 * i] - logits.data<float>()[2 * i + 1]);
    std::vector<float> sorted = ahead;
    std::ranges::sort(sorted);
    const float middle = (sorted[sorted.size() / 2 - 1] + sorted[sorted.size() / 2]) / 2;
    for (std::size_t i = 0; i < ahead.size(); ++i) images.labels[i] = ahead[i] > middle ? 0 : 1;
    const Node& last = network.nodes.back();
    network.tensors.at(last.parameters.at("bias")).data<float>()[0] -= middle;
    write_network(study_.folder() / "network.safetensors", network);
    for (const char* name : {"search.safetensors", "test.safetensors"})
      save_samples(study_.folder() / name, {images, "test", "made up", {}});
  }
  static std::vector<std::int64_t> levels_of(const RunOutcome& outcome) {
    return levels_tried(outcome.rows);
  }

  test::TestStudy study_;
  SilentProgress silent_;
};

// Halves of 16, since any plan may lose 100 points.
TEST_F(FewestRunTest, SearchesWhatItNeedsAndListsItAscending) {
  const RunOutcome outcome = run(config({"search.recalibrate=false"}), "a");
  EXPECT_THAT(levels_of(outcome), ::testing::ElementsAre(2, 4, 8, 16));
  std::vector<std::int64_t> rows;
  for (const ResultRow& row : outcome.rows) rows.push_back(row.levels);
  EXPECT_THAT(rows, ::testing::ElementsAre(0, 2, 4, 8, 16));
  EXPECT_EQ(outcome.rows[*outcome.recommended].levels, 2);
}

// The labels are the lossless network's answers; of 40 images one is 2.5 points.
TEST_F(FewestRunTest, TheAnswerIsThatOfAListOfAllNumbers) {
  label_by_the_network(40);
  std::vector<std::string> settings{"search.recalibrate=false", "search.max_loss=10",
                                    "data.images_per_class=20"};
  const RunOutcome found = run(config(settings), "a");
  ASSERT_TRUE(found.recommended.has_value());
  const std::int64_t fewest = found.rows[*found.recommended].levels;
  ASSERT_GT(fewest, 3);
  settings.push_back(fmt::format("search.levels=[{},{},{}]", fewest - 2, fewest - 1, fewest));
  const RunOutcome listed = run(config(settings), "b");
  EXPECT_EQ(listed.rows[*listed.recommended].levels, fewest);
  EXPECT_EQ(*listed.plan, *found.plan);
  EXPECT_LT(levels_of(found).size(), 10U);
}

TEST_F(FewestRunTest, RecalibratedNetworksAreJudgedTooAndMadeOnce) {
  const RunOutcome first = run(config({}), "a");
  for (const ResultRow& row : first.rows)
    EXPECT_TRUE(row.levels == 0 || row.treatment == Treatment::kRecalibrated ||
                row.treatment == Treatment::kNone);
  EXPECT_EQ(first.rows.size(), 1 + 2 * levels_of(first).size());
  EXPECT_THAT(first.skipped, ::testing::IsEmpty());
}

TEST_F(FewestRunTest, AStoppedRunContinuesToTheSameResults) {
  run(config({}), "whole");
  const std::string expected = read_text_file(study_.folder() / "whole/results.csv");
  for (const int updates : {20, 200, 500}) {
    Cancellation cancellation;
    test::StopAfter stop(cancellation, updates);
    try {
      run_pipeline(config({}), study_.folder() / "stopped", {stop, cancellation});
    } catch (const Error& error) {
      ASSERT_EQ(error.kind(), ErrorKind::kInterrupted) << error.what();
    }
  }
  run(config({}), "stopped");
  EXPECT_EQ(read_text_file(study_.folder() / "stopped/results.csv"), expected);
}

TEST_F(FewestRunTest, RefusesAMeasuredCurveAndOtherWords) {
  EXPECT_THAT(message_of([&] { run(config({"search.ranges=[\"measured\"]"}), "a"); }),
              ::testing::HasSubstr("measured"));
  EXPECT_THAT(message_of([&] { config({"search.levels=\"few\""}); }),
              ::testing::HasSubstr("search.levels is \"few\"; give numbers, or \"fewest\""));
  EXPECT_THAT(message_of([&] { config({"search.levels=[]"}); }),
              ::testing::HasSubstr("name at least one number of levels, or \"fewest\""));
}

// 16 is what is asked for first.
TEST_F(FewestRunTest, RefusesOneRangeForALayerOfFewerLevelsBeforeItSearches) {
  const std::string message = message_of([&] {
    run(config({"search.ranges=[\"network-wise\"]",
                "array.layers.\"stage2.block1.conv1\".adc_levels=8"}),
        "a");
  });
  EXPECT_THAT(message, ::testing::HasSubstr("adc_levels = 8 is below 16; search layer-wise"));
  EXPECT_FALSE(std::filesystem::exists(study_.folder() / "a/plans"));
}

}  // namespace
}  // namespace bitline
