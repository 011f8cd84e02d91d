#include "bitline/study_train/retraining.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "bitline/base/file.h"
#include "bitline/exporter/export_onnx.h"
#include "bitline/recipe/checkpoint.h"
#include "bitline/study/inputs.h"
#include "bitline/study/retraining_gain.h"
#include "bitline/study/search_study.h"
#include "bitline/study/training_recipe.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/progress.h"
#include "bitline/testing/study.h"

namespace bitline {
namespace {

using test::message_of;
using test::plan_of;

constexpr const char* kRetrain =
    "[retrain]\nepochs = 4\nbatch_size = 4\nlearning_rate = 0.02\nholdout = 4\n";

class RetrainTest : public ::testing::Test {
 protected:
  RunConfig config(const std::string& name, const std::string& more = "") const {
    RunConfig config = study_.config(kRetrain + more);
    config.retrain->train.output = study_.folder() / name;
    return config;
  }
  Trained retrain(const RunConfig& config, const AdcPlan& plan,
                  std::vector<EpochReport>* reports = nullptr) const {
    SilentProgress silent;
    return retrain_network(config, network_, plan, false, {silent, {}},
                           [&](const EpochReport& report) {
                             if (reports != nullptr) reports->push_back(report);
                           });
  }

  test::TestStudy study_;
  Network network_ = test::tiny_network();
  const std::function<void(const EpochReport&)> nothing_ = [](const EpochReport&) {};
};

TEST_F(RetrainTest, EnginesTrainToTheSameWeights) {
  RunConfig run = config("fused");
  const AdcPlan plan = plan_of(run, network_, 4);
  const Trained fused = retrain(run, plan);
  run.retrain->train.output = study_.folder() / "composed";
  run.engine = Engine::kComposed;
  EXPECT_EQ(content_hash(retrain(run, plan).network), content_hash(fused.network));
}

TEST_F(RetrainTest, KeepsTheFirstOfTheEpochsThatDoBestOnHeldOutImages) {
  const RunConfig run = config("best");
  std::vector<EpochReport> reports;
  const Trained best = retrain(run, plan_of(run, network_, 4), &reports);
  ASSERT_EQ(reports.size(), 4U);
  double most = -1;
  std::int64_t epoch = 0;
  for (const EpochReport& report : reports) {
    EXPECT_EQ(report.is_best, report.epoch == 1 ? report.is_best : report.holdout_accuracy > most);
    if (report.is_best) epoch = report.epoch;
    most = std::max(most, report.holdout_accuracy);
  }
  EXPECT_EQ(best.epoch, epoch);
  EXPECT_EQ(content_hash(read_network(run.retrain->train.output)), content_hash(best.network));
}

TEST_F(RetrainTest, TheStartStaysWhereNoEpochIsBetter) {
  RunConfig run = config("ruined");
  run.retrain->train.learning_rate.value = 1e-9;  // nothing moves
  const Trained kept = retrain(run, plan_of(run, network_, 4));
  EXPECT_EQ(kept.epoch, 0);
  Network start = network_;
  start.normalization = run.data.normalization;  // that it was trained with, written down
  EXPECT_EQ(content_hash(kept.network), content_hash(start));
}

TEST_F(RetrainTest, PlanDecidesTheWeightsAndTheControlHasNone) {
  const RunConfig run = config("weights");
  const std::string control = content_hash(retrain(run, {}).network);
  EXPECT_NE(content_hash(retrain(run, plan_of(run, network_, 2)).network), control);
  EXPECT_EQ(content_hash(retrain(run, {}).network), control);
}

// The same steps on the same batches, but for what they descend.
TEST_F(RetrainTest, FollowsTheNetworkAsItCameWhereAsked) {
  const auto losses = [this](const std::string& more) {
    std::vector<EpochReport> reports;
    const RunConfig run = config("taught", more);
    retrain(run, plan_of(run, network_, 4), &reports);
    return reports.front().loss;
  };
  EXPECT_EQ(losses("distillation = 0.0\n"), losses("temperature = 2.0\n"));
  EXPECT_NE(losses("distillation = 0.5\n"), losses(""));
  EXPECT_NE(losses("distillation = 0.5\n"), losses("distillation = 0.5\ntemperature = 2.0\n"));
}

TEST_F(RetrainTest, AReferenceTeachesAndIsWhatLossesAreCountedAgainst) {
  const auto losses = [this](const Network& network, const std::string& more) {
    std::vector<EpochReport> reports;
    SilentProgress silent;
    const RunConfig run = config("staged", more);
    retrain_network(run, network, plan_of(run, network, 4), false, {silent, {}},
                    [&](const EpochReport& report) { reports.push_back(report); });
    return reports.front().loss;
  };
  Network other = network_;
  auto& weights = other.tensors.at("classifier.weight");
  weights = weights.clone();
  for (float& weight : weights.data<float>()) weight = -weight;
  const std::string taught = "distillation = 0.5\n";
  const auto by = [&](const std::string& file) {
    return taught + "reference = \"" + (study_.folder() / file).string() + "\"\n";
  };
  const std::string named = by("network.safetensors");
  EXPECT_EQ(losses(network_, named), losses(network_, taught));
  EXPECT_NE(losses(other, named), losses(other, taught));
  write_file_atomically(study_.folder() / "network.onnx", export_qonnx(network_));
  EXPECT_EQ(losses(other, by("network.onnx")), losses(other, named));
  write_network(study_.folder() / "other.safetensors", other);
  const std::string named_other =
      "teacher = \"" + (study_.folder() / "other.safetensors").string() + "\"\n";
  EXPECT_EQ(losses(other, named + named_other), losses(other, taught));
  SilentProgress silent;
  const AdcPlan plan = plan_of(config("staged"), network_, 4);
  const auto lossless = [&](const std::string& more) {
    return measure_gain(config("staged", more), other, plan, {other, 0, plan}, {silent, {}})
        .lossless.right;
  };
  EXPECT_NE(lossless(named), lossless(taught));
}

TEST_F(RetrainTest, RefusesATeacherWithOtherClasses) {
  RunConfig run = config("other", "distillation = 0.5\n");
  run.retrain->teacher = study_.folder() / "three.safetensors";
  write_network(run.retrain->teacher, test::tiny_network(3));
  EXPECT_THROW(retrain(run, {}), Error);
}

TEST_F(RetrainTest, RefusesATeacherThatSeesOtherNumbers) {
  RunConfig run = config("normalized", "distillation = 0.5\n");
  run.retrain->teacher = study_.folder() / "teacher.safetensors";
  Network teacher = test::tiny_network();
  teacher.normalization = {{0.25F, 0.5F, 0.75F}, {0.5F, 0.5F, 0.5F}};
  write_network(run.retrain->teacher, teacher);
  test::expect_error(ErrorKind::kUsage, "mean [0.25, 0.5, 0.75]", [&] { retrain(run, {}); });
}

TEST_F(RetrainTest, RecalibratesFirstWhereAsked) {
  RunConfig run = config("recalibrated", "recalibrate = true\n");
  ASSERT_TRUE(run.retrain->recalibrate);
  run.retrain->train.learning_rate.value = 1e-9;
  const Trained kept = retrain(run, plan_of(run, network_, 3));
  const std::string key = "stage1.block1.norm1.mean";
  ASSERT_TRUE(network_.tensors.contains(key));
  const auto before = network_.tensors.at(key).data<float>();
  const auto after = kept.network.tensors.at(key).data<float>();
  EXPECT_FALSE(std::ranges::equal(before, after));
}

TEST_F(RetrainTest, LearnsRangesAndWritesTheirPlan) {
  const RunConfig run = config("learned", "learn_ranges = true\n");
  const AdcPlan plan = plan_of(run, network_, 4);
  const Trained trained = retrain(run, plan);
  EXPECT_EQ(trained.plan, read_plan(training_files(run.retrain->train).plan));
  // Whichever epoch is kept, the last one has moved them.
  const AdcPlan last = read_checkpoint(training_files(run.retrain->train).checkpoint).plan;
  std::size_t moved = 0;
  for (const auto& [layer, adc] : last.layers) {
    EXPECT_EQ(adc.spec.levels, 4);
    if (adc.spec.delta != plan.layers.at(layer).spec.delta) ++moved;
  }
  EXPECT_GT(moved, 0U);
  EXPECT_EQ(retrain(config("control", "learn_ranges = true\n"), {}).plan, AdcPlan{});
}

TEST_F(RetrainTest, SearchesRangesAgainBehindTheEpochsThatAreNamed) {
  RunConfig run = config("searched", "search_after = [1, 3]\n");
  const AdcPlan plan = plan_of(run, network_, 4);
  test::NotedProgress noted;
  const Trained trained = retrain_network(run, network_, plan, false, {noted, {}}, nothing_);
  EXPECT_EQ(noted.tasks("search refine, mixed levels, pass 1").size(), 2U);
  ASSERT_EQ(trained.plan.layers.size(), plan.layers.size());
}

// The network's statistics have the ADCs in them: with recalibrated candidates they counted twice.
TEST_F(RetrainTest, SearchesAgainWithTheStatisticsOfTheTraining) {
  RunConfig stored = config("stored", "search_after = [1]\n");
  RunConfig recalibrated = config("recalibrated", "search_after = [1]\n");
  recalibrated.search.statistics = SearchStatistics::kRecalibrated;
  const AdcPlan plan = plan_of(stored, network_, 4);
  EXPECT_EQ(content_hash(retrain(stored, plan).plan),
            content_hash(retrain(recalibrated, plan).plan));
}

TEST_F(RetrainTest, OptionsThatWouldBeIgnoredAreRefused) {
  const AdcPlan plan = plan_of(config("plan"), network_, 4);
  const auto refused = [&](const std::string& more, const std::string& words, const AdcPlan& with,
                           Objective objective = Objective::kAccuracy) {
    RunConfig run = config("refused", more);
    run.search.options.objective = objective;
    EXPECT_THAT(message_of([&] { retrain(run, with); }), ::testing::HasSubstr(words)) << more;
  };
  refused("search_after = [4]\n", "behind which none of 4", plan);
  refused("search_after = [1]\n", "no lossless answers", plan, Objective::kAgreement);
  const std::string network = (study_.folder() / "network.safetensors").string();
  refused("teacher = \"" + network + "\"\n", "set retrain.distillation", plan);
  AdcPlan full = plan;
  full.layers.begin()->second.spec.quantizer = quantizers::kFullRange;
  refused("search_after = [1]\n", "no range to search", full);
  AdcPlan beside = plan;
  beside.layers.begin()->second.spec.centre = Rational(1, 2);
  refused("search_after = [1]\n", "a range around 1/2", beside);
  AdcPlan by_stream = plan;
  by_stream.layers.begin()->second.spec.stream_shifts = {0, 0, 0, 1};
  refused("search_after = [1]\n", "a range for every input stream", by_stream);
}

// The network, or the checkpoint of another training, from which a network may come.
TEST_F(RetrainTest, WhatATrainingStartsFromIsNotWrittenOver) {
  RunConfig run = config("first");
  const AdcPlan plan = plan_of(run, network_, 4);
  retrain(run, plan);
  const std::string checkpoint = read_text_file(study_.folder() / "first.checkpoint");
  run.model.file = study_.folder() / "first.checkpoint";
  EXPECT_THROW(retrain(run, plan), Error);
  EXPECT_EQ(read_text_file(study_.folder() / "first.checkpoint"), checkpoint);
  run.model.file = study_.folder() / "first";
  EXPECT_THROW(retrain(run, plan), Error);
}

TEST_F(RetrainTest, TheLogIsThatOfTheTrainingThatIsResumed) {
  RunConfig run = config("logged");
  const AdcPlan plan = plan_of(run, network_, 4);
  retrain(run, plan);
  run.retrain->train.learning_rate.value = 0.01;
  Cancellation cancellation;
  test::StopAfter stop(cancellation, 3);
  EXPECT_THROW(retrain_network(run, network_, plan, false, {stop, cancellation}, nothing_), Error);
  SilentProgress silent;
  retrain_network(run, network_, plan, true, {silent, {}}, nothing_);
  const std::string log = read_text_file(study_.folder() / "logged.csv");
  EXPECT_EQ(std::ranges::count(log, '\n'), 1 + 4) << log;
}

TEST_F(RetrainTest, AWeightThatIsNoNumberStopsWithTheEpochNamed) {
  RunConfig run = config("diverged");
  run.retrain->train.learning_rate.value = 1e30;
  const std::string message = message_of([&] { retrain(run, plan_of(run, network_, 4)); });
  EXPECT_THAT(message, ::testing::StartsWith("epoch "));
  EXPECT_THAT(message, ::testing::HasSubstr("start again with a lower learning_rate"));
}

TEST_F(RetrainTest, ARunRefusesWhatItsPlansDoNotHave) {
  RunConfig run = config("run", "search_after = [1]\n");
  run.search.ranges = {range_methods::kThreeSigma, range_methods::kLayerWise};
  check_run_retraining(run, run.search.ranges);
  run.search.ranges.push_back(range_methods::kLloydMax);
  EXPECT_THROW(check_run_retraining(run, run.search.ranges), Error);
  run = config("run", "learn_ranges = true\n");
  run.search.ranges = {range_methods::kLayerWise, range_methods::kCsnr};
  check_run_retraining(run, run.search.ranges);
  run.search.ranges.push_back(range_methods::kThreeSigma);
  EXPECT_THROW(check_run_retraining(run, run.search.ranges), Error);
  run.search.ranges = {range_methods::kLayerWise};
  run.search.centre = Centre::kMean;
  EXPECT_THROW(check_run_retraining(run, run.search.ranges), Error);
  run = config("run");
  run.retrain->reference = study_.folder() / "network.safetensors";
  EXPECT_THROW(check_run_retraining(run, run.search.ranges), Error);
}

// What an earlier training left counts on the network that a new one has overwritten.
TEST_F(RetrainTest, ANewTrainingDropsTheCheckpointOfAnEarlierOne) {
  RunConfig run = config("twice");
  const AdcPlan plan = plan_of(run, network_, 4);
  retrain(run, plan);
  RunConfig other = run;
  other.retrain->train.learning_rate.value = 1e9;
  EXPECT_THROW(retrain(other, plan), Error);
  SilentProgress silent;
  EXPECT_THROW(retrain_network(run, network_, plan, true, {silent, {}}, nothing_), Error);
}

// Wherever it is stopped: within an epoch, among the held-out images, in a search.
TEST_F(RetrainTest, AStoppedTrainingContinuesToTheSameNetworkAndPlan) {
  const std::string more = "learn_ranges = true\nsearch_after = [1]\n";
  RunConfig run = config("whole", more);
  const AdcPlan plan = plan_of(run, network_, 4);
  const Trained whole = retrain(run, plan);
  int stops = 0;
  for (const int updates : {3, 5, 6, 30, 300}) {
    run.retrain->train.output = study_.folder() / fmt::format("stopped{}", updates);
    Cancellation cancellation;
    test::StopAfter stop(cancellation, updates);
    bool stopped = false;
    try {
      retrain_network(run, network_, plan, false, {stop, cancellation}, nothing_);
    } catch (const Error& error) {
      stopped = error.kind() == ErrorKind::kInterrupted;
      ASSERT_TRUE(stopped) << error.what();
    }
    if (!stopped) continue;
    ++stops;
    SilentProgress silent;
    const bool begun = std::filesystem::exists(training_files(run.retrain->train).checkpoint);
    const Trained resumed = retrain_network(run, network_, plan, begun, {silent, {}}, nothing_);
    EXPECT_EQ(content_hash(resumed.network), content_hash(whole.network)) << updates;
    EXPECT_EQ(resumed.plan, whole.plan) << updates;
  }
  EXPECT_GE(stops, 3);
}

TEST_F(RetrainTest, NeedsHeldOutImages) {
  RunConfig run = config("none");
  run.retrain->train.holdout = 0;
  EXPECT_THROW(retrain(run, {}), Error);
}

}  // namespace
}  // namespace bitline
