#include "bitline/run/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "bitline/base/file.h"
#include "bitline/report/run_record.h"
#include "bitline/run_folder/run_folder.h"
#include "bitline/runtime/torch_part.h"
#include "bitline/study/inputs.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/progress.h"
#include "bitline/testing/study.h"

namespace bitline {
namespace {

using test::StopAfter;
using test::TestStudy;

class RunTest : public ::testing::Test {
 protected:
  RunOutcome run(const std::string& name) {
    return run_pipeline(study_.config(), study_.folder() / name, {silent_, cancellation_});
  }
  std::string text(const std::string& name, const std::string& artefact) {
    return read_text_file(study_.folder() / name / artefact);
  }

  TestStudy study_;
  SilentProgress silent_;
  Cancellation cancellation_;
};

TEST_F(RunTest, LeavesPlansResultsAndARecommendation) {
  const RunOutcome outcome = run("a");
  // lossless, then 2 level counts × 2 range methods, plain and recalibrated
  EXPECT_EQ(outcome.rows.size(), 9U);
  ASSERT_TRUE(outcome.recommended.has_value());
  EXPECT_EQ(outcome.rows[*outcome.recommended].levels, 3);
  for (const char* artefact :
       {"plans/L3-network-wise.json", "plans/L6-layer-wise.json", "plan.json", "results.csv",
        "run.json", "report.html", "mapping.json", "profile/counts.csv", "profile/statistics.csv",
        "profile/histograms.npz"})
    EXPECT_TRUE(std::filesystem::exists(study_.folder() / "a" / artefact)) << artefact;
  EXPECT_EQ(text("a", "plan.json"), text("a", outcome.rows[*outcome.recommended].plan));
}

// As many candidates as a layer's largest sum, for one range as that of the largest layer; 12
// images, 2 numbers of levels. A sample of one block leaves nothing to drop.
// What is found must not know the test images; so nothing is answered on them while something is
// searched, recalibrated or divided.
TEST_F(RunTest, AnswersOnTheTestImagesBehindAllSearches) {
  test::NotedProgress progress;
  RunConfig config = study_.config("[allocate]\nlevels = [3, 6]\nmax_loss = 100\n");
  run_pipeline(config, study_.folder() / "a", {progress, cancellation_});
  std::size_t last_search = 0, first_test = 0;
  for (std::size_t i = 0; i < progress.tasks().size(); ++i) {
    const std::string& name = progress.tasks()[i].name;
    if (name.starts_with("search ") || name.starts_with("sensitivity")) last_search = i;
    if (first_test == 0 && name.ends_with("on test images")) first_test = i;
  }
  EXPECT_GT(last_search, 0U);
  EXPECT_GT(first_test, last_search);
}

TEST_F(RunTest, SaysHowMuchOfBruteForceItsSearchesDid) {
  const RunOutcome first = run("a");
  std::int64_t candidates = 16;
  for (const auto& [layer, planned] : first.plan->layers) candidates += planned.sums.maximum;
  EXPECT_EQ(first.images_in_full, std::int64_t{24} * candidates);
  EXPECT_EQ(first.images_measured, first.images_in_full);
  EXPECT_EQ(run("a").images_in_full, first.images_in_full);  // where every stage was skipped
}

TEST_F(RunTest, WhatIsRefusedLeavesAFinishedRunAsItIs) {
  run("a");
  const std::string outcome = text("a", "run.json");
  const auto refused = [&](const RunConfig& config) {
    EXPECT_THROW(run_pipeline(config, study_.folder() / "a", {silent_, cancellation_}), Error);
    EXPECT_EQ(text("a", "run.json"), outcome);
    EXPECT_TRUE(std::filesystem::exists(study_.folder() / "a/report.html"));
  };
  RunConfig config = study_.config();
  config.search.ranges = {range_methods::kThreeSigma};
  config.search.stream_ranges_by_spread = true;
  refused(config);
  config = study_.config();
  config.model.file = study_.folder() / "missing.onnx";
  refused(config);
  config = study_.config();
  config.data.test_file = study_.folder() / "missing.safetensors";
  refused(config);
}

TEST_F(RunTest, SkipsEveryStageTheSecondTime) {
  const RunOutcome first = run("a");
  EXPECT_TRUE(first.skipped.empty());
  const std::string results = text("a", "results.csv");
  const RunOutcome second = run("a");
  // lossless on sample and test, mapping, profile, per search itself, recalibration and four
  // evaluations, results
  EXPECT_EQ(second.skipped.size(), 4U + 4U * 6U + 1U);
  EXPECT_EQ(text("a", "results.csv"), results);
}

// 6 images of a class are there.
TEST_F(RunTest, JudgesPlansOnImagesThatTheSearchHasNotSeen) {
  RunConfig config = study_.config();
  config.search.levels = {3};
  config.data.images_per_class = 4;
  config.data.validation_per_class = 3;
  const auto go = [&](const std::string& name) {
    return run_pipeline(config, study_.folder() / name, {silent_, cancellation_});
  };
  EXPECT_EQ(go("a").images.validation, 4);
  EXPECT_THAT(text("a", "evaluations/L3-layer-wise-validation.json"),
              ::testing::HasSubstr("\"images\": 4"));
  EXPECT_THAT(text("a", "run.json"), ::testing::HasSubstr("\"validation_images\": 4"));
  config.data.images_per_class = 6;
  const RunOutcome none_left = go("b");
  EXPECT_EQ(none_left.images.validation, 0);
  for (const ResultRow& row : none_left.rows)
    EXPECT_EQ(row.validation_loss.to_double(), row.search_loss);
}

// 8 images of each of 2 classes are there.
TEST_F(RunTest, SaysThatItsTestImagesAreAPartOfTheTestSet) {
  RunConfig config = study_.config();
  config.search.levels = {3};
  config.data.test_per_class = 3;
  const RunOutcome outcome = run_pipeline(config, study_.folder() / "a", {silent_, cancellation_});
  EXPECT_EQ(outcome.images, (RunImages{12, 0, 0, 6, 3}));
  EXPECT_THAT(text("a", "evaluations/L3-layer-wise-test.json"),
              ::testing::HasSubstr("\"images\": 6"));
  EXPECT_THAT(text("a", "run.json"), ::testing::HasSubstr("\"test_per_class\": 3"));
  EXPECT_THAT(text("a", "report.html"),
              ::testing::HasSubstr("3 of each class, not the whole test set"));
  config.data.test_per_class = 9;
  test::expect_error(ErrorKind::kUsage,
                     "data.test_per_class: class 0 has 8 images, fewer than the 9 per class", [&] {
                       run_pipeline(config, study_.folder() / "b", {silent_, cancellation_});
                     });
}

TEST_F(RunTest, LeavesNoPlanOfAnEarlierRunWhereNoneIsGoodEnough) {
  run("a");
  RunConfig config = study_.config();
  config.search.max_loss = -200;  // no plan gains 200 points
  const RunOutcome outcome = run_pipeline(config, study_.folder() / "a", {silent_, cancellation_});
  EXPECT_FALSE(outcome.recommended.has_value());
  EXPECT_FALSE(std::filesystem::exists(study_.folder() / "a" / "plan.json"));
}

TEST_F(RunTest, ChecksumsEveryArtefact) {
  run("a");
  const RunFolder folder(study_.folder() / "a");
  for (const char* artefact : {"results.csv", "plan.json", "run.json"})
    EXPECT_EQ(folder.checksum(artefact), checksum_of(folder.path_of(artefact))) << artefact;
}

TEST_F(RunTest, AStoppedRunContinuesToTheSameResults) {
  run("whole");
  for (const int updates : {2, 30, 200}) {
    Cancellation cancellation;
    StopAfter stop(cancellation, updates);
    const std::string name = "stopped" + std::to_string(updates);
    EXPECT_THROW(run_pipeline(study_.config(), study_.folder() / name, {stop, cancellation}),
                 Error);
    run(name);
    for (const char* artefact : {"results.csv", "plan.json", "plans/L6-layer-wise.json"})
      EXPECT_EQ(text(name, artefact), text("whole", artefact)) << name << " " << artefact;
  }
}

class RetrainingRunTest : public RunTest {
 protected:
  void SetUp() override {
    if (find_torch_part() == nullptr) GTEST_SKIP() << "training needs LibTorch";
  }
  RunConfig config() const {
    RunConfig config =
        study_.config("[retrain]\nepochs = 2\nbatch_size = 4\nlearning_rate = 0.02\nholdout = 4\n");
    config.search.levels = {3};
    config.search.ranges = {range_methods::kNetworkWise};
    return config;
  }
  RunOutcome run(const std::string& name) {
    return run_pipeline(config(), study_.folder() / name, {silent_, cancellation_});
  }
};

TEST_F(RetrainingRunTest, RetrainsEveryPlanAndAControl) {
  const RunOutcome outcome = run("a");
  // lossless, control; plain, recalibrated, retrained
  ASSERT_EQ(outcome.rows.size(), 5U);
  EXPECT_EQ(outcome.rows[1].treatment, Treatment::kRetrained);
  EXPECT_EQ(outcome.rows[1].levels, 0);
  EXPECT_EQ(outcome.rows[4].treatment, Treatment::kRetrained);
  EXPECT_EQ(outcome.rows[4].levels, 3);
  EXPECT_EQ(outcome.rows[4].network, "networks/L3-network-wise-retrained.safetensors");
  for (const char* artefact :
       {"networks/L3-network-wise-retrained.safetensors.csv",
        "networks/control-retrained.safetensors",
        "evaluations/L3-network-wise-retrained-holdout.json", "evaluations/lossless-holdout.json"})
    EXPECT_TRUE(std::filesystem::exists(study_.folder() / "a" / artefact)) << artefact;
  const std::string held_out = text("a", "evaluations/lossless-holdout.json");
  EXPECT_THAT(held_out, ::testing::HasSubstr("\"images\": 4"));
}

TEST_F(RetrainingRunTest, AStoppedRunContinuesToTheSameResults) {
  run("whole");
  for (const int updates : {4, 12, 40, 60}) {
    Cancellation cancellation;
    StopAfter stop(cancellation, updates);
    const std::string name = "stopped" + std::to_string(updates);
    EXPECT_THROW(run_pipeline(config(), study_.folder() / name, {stop, cancellation}), Error);
    run(name);
    for (const char* artefact : {"results.csv", "networks/L3-network-wise-retrained.safetensors"})
      EXPECT_EQ(text(name, artefact), text("whole", artefact)) << name << " " << artefact;
  }
  EXPECT_TRUE(run("whole").skipped.size() > 8);
}

TEST_F(RunTest, DividesLevelsAndExplainsPlansWhereAsked) {
  RunConfig config = study_.config("[explain]\n[allocate]\nlevels = [3, 6]\nmax_loss = 100\n");
  config.search.levels = {3};
  config.search.ranges = {range_methods::kNetworkWise};
  const auto go = [&] {
    return run_pipeline(config, study_.folder() / "a", {silent_, cancellation_}).skipped;
  };
  go();
  for (const char* artefact :
       {"allocation.json", "front/001.json", "networks/allocated.safetensors",
        "explanations/allocated.json", "explanations/L3-network-wise.json",
        "explanations/L3-network-wise-recalibrated.json"})
    EXPECT_TRUE(std::filesystem::exists(study_.folder() / "a" / artefact)) << artefact;
  EXPECT_EQ(plan_from_json(text("a", "plans/allocated.json")).layers.begin()->second.spec.levels,
            3);
  EXPECT_THAT(text("a", "results.csv"), ::testing::HasSubstr("\n3,allocated,recalibrated,"));
  EXPECT_FALSE(std::filesystem::exists(study_.folder() / "a/journals/allocate"));
  const std::vector<std::string> skipped = go();
  for (const char* stage : {"allocate", "explain-L3-network-wise"})
    EXPECT_THAT(skipped, ::testing::Contains(stage));
  config.allocate->levels = {6};
  EXPECT_THAT(go(), ::testing::Not(::testing::Contains("allocate")));
}

TEST_F(RunTest, DividesLevelsAmongTheNamedLayersAlone) {
  RunConfig config = study_.config("[allocate]\nlevels = [3, 6]\nmax_loss = 100\n");
  config.search.levels = {3};
  config.search.ranges = {range_methods::kLayerWise};
  config.search.layers = {"stage2.block1.conv2"};
  run_pipeline(config, study_.folder() / "a", {silent_, cancellation_});
  const auto json = nlohmann::json::parse(text("a", "allocation.json"));
  EXPECT_EQ(json.at("sensitivities").size(), 1U);
  EXPECT_TRUE(json.at("sensitivities").contains("stage2.block1.conv2"));
  EXPECT_EQ(json.at("best").at("levels").size(), 1U);
}

/// A run whose network file holds real numbers.
class FloatRunTest : public RunTest {
 protected:
  FloatRunTest() {
    Network network = test::tiny_network();
    network.quant.clear();
    write_network(study_.folder() / "network.safetensors", network);
  }
  RunOutcome run(const std::string& more) {
    RunConfig config = study_.config(more);
    config.search.levels = {3};
    config.search.ranges = {range_methods::kNetworkWise};
    return run_pipeline(config, study_.folder() / "a", {silent_, cancellation_});
  }
};

TEST_F(FloatRunTest, PutsTheNetworkOnGridsFirst) {
  const std::string table = "[quantize]\nweight_bits = 3\n";
  const RunOutcome outcome = run(table);
  EXPECT_EQ(outcome.rows.size(), 4U);  // float, lossless, the plan, and that recalibrated
  EXPECT_TRUE(outcome.rows[0].real);
  EXPECT_FALSE(outcome.rows[1].real);
  EXPECT_THAT(text("a", "results.csv"), ::testing::HasSubstr("\nfloat,,,"));
  const QuantSpec& weights = outcome.network.quant.at("stage1.block1.conv1.weight");
  EXPECT_EQ(weights.bits, 3);
  EXPECT_EQ(content_hash(read_network(study_.folder() / "a/network.safetensors")),
            content_hash(outcome.network));
  EXPECT_THAT(run(table).skipped, ::testing::Contains("quantize"));
  EXPECT_THAT(run(table + "range = \"min-max\"\n").skipped,
              ::testing::Not(::testing::Contains("quantize")));
}

TEST_F(FloatRunTest, TrainsOnTheGridsWhereAsked) {
  if (find_torch_part() == nullptr) GTEST_SKIP() << "training needs LibTorch";
  const RunOutcome outcome =
      run("[quantize]\nfine_tune = true\n[train]\nepochs = 1\nlearning_rate = 1e-4\nbatch_size = "
          "4\nholdout = 4\n");
  const Network calibrated = read_network(study_.folder() / "a/calibrated.safetensors");
  EXPECT_FALSE(calibrated.quant.empty());
  EXPECT_NE(content_hash(calibrated), content_hash(outcome.network));
  EXPECT_TRUE(std::filesystem::exists(study_.folder() / "a/network.safetensors.csv"));
}

TEST_F(FloatRunTest, LeavesTheFineTunedNetworkWhereThatIsNoLongerAsked) {
  if (find_torch_part() == nullptr) GTEST_SKIP() << "training needs LibTorch";
  const std::string train =
      "[train]\nepochs = 1\nlearning_rate = 1e-4\nbatch_size = 4\nholdout = 4\n";
  const auto network = [&](const std::string& more) {
    return content_hash(run("[quantize]\n" + more + train).network);
  };
  const std::string tuned = network("fine_tune = true\n");
  const std::string plain = network("");
  EXPECT_NE(plain, tuned);
  EXPECT_EQ(network("fine_tune = true\n"), tuned);
  EXPECT_EQ(network(""), plain);
}

TEST_F(FloatRunTest, IsRefusedWithoutGrids) { EXPECT_THROW(run(""), Error); }

TEST_F(RunTest, ItsReportShowsNoStageOfAnEarlierConfiguration) {
  RunConfig config = study_.config("[cost]\n[explain]\n");
  config.search.levels = {3};
  config.search.ranges = {range_methods::kNetworkWise};
  const auto read = [&] {
    const std::filesystem::path folder = study_.folder() / "a";
    return read_runs({&folder, 1}).front();
  };
  run_pipeline(config, study_.folder() / "a", {silent_, cancellation_});
  EXPECT_FALSE(read().costs.empty());
  EXPECT_TRUE(read().explanations.back().has_value());
  config.cost.reset();
  config.explain.reset();
  config.array.common.rows = 8;
  run_pipeline(config, study_.folder() / "a", {silent_, cancellation_});
  EXPECT_TRUE(read().costs.empty());
  EXPECT_FALSE(read().explanations.back().has_value());
}

TEST_F(RunTest, AnUnfinishedRunHasNoReport) {
  const std::filesystem::path folder = study_.folder() / "a";
  run("a");
  RunConfig config = study_.config();
  config.array.common.rows = 8;
  Cancellation cancellation;
  test::StopAfter stop(cancellation, 3);
  EXPECT_THROW(run_pipeline(config, folder, {stop, cancellation}), Error);
  EXPECT_THROW(read_runs({&folder, 1}), Error);
  EXPECT_FALSE(std::filesystem::exists(folder / "report.html"));
}

TEST_F(RunTest, AnotherArrayRunsItsStagesAgain) {
  run("a");
  RunConfig config = study_.config();
  config.array.common.rows = 8;
  const RunOutcome outcome = run_pipeline(config, study_.folder() / "a", {silent_, cancellation_});
  EXPECT_TRUE(outcome.skipped.empty());
}

}  // namespace
}  // namespace bitline
