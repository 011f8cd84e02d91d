// Retraining and comparison, as a user calls them.
#include <fmt/format.h>

#include "bitline/recipe/gradient.h"
#include "bitline/testing/json_study.h"
#include "bitline/testing/program_study.h"

namespace bitline::cli {
namespace {

using test::kNoTraining;
using test::kStudy;
using test::Outcome;
using test::StudyTest;
using test::trains;

namespace fs = std::filesystem;

class RetrainTest : public StudyTest {
 protected:
  void SetUp() override {
    if (!trains()) GTEST_SKIP() << kNoTraining;
  }
  RetrainTest() {
    write("study.toml",
          std::string(kStudy) +
              "[retrain]\nepochs = 2\nbatch_size = 4\nholdout = 4\nlearning_rate = 0.01\n");
    EXPECT_EQ(run({"search", "study.toml"}).exit_code, 0);
  }
};

TEST_F(RetrainTest, ReportsTheGainOfTheNetworkThatItLeaves) {
  const Outcome outcome =
      run({"retrain", "study.toml", "--plan", "L3-layer-wise.json", "--out", "better.safetensors"});
  EXPECT_THAT(outcome.errors, testing::IsEmpty());
  EXPECT_EQ(outcome.exit_code, 0);
  std::smatch after;
  ASSERT_TRUE(
      std::regex_search(outcome.output, after, std::regex("plan, after retraining +([0-9.]+) \\[")))
      << outcome.output;
  EXPECT_THAT(outcome.output, testing::HasSubstr("lossless ADCs"));
  EXPECT_THAT(outcome.output, testing::HasSubstr("plan, before retraining"));
  const Outcome evaluation = run({"evaluate", "study.toml", "--plan", "L3-layer-wise.json", "--set",
                                  "model.file=better.safetensors"});
  EXPECT_THAT(evaluation.output, testing::HasSubstr(after[1].str()));
  EXPECT_TRUE(fs::exists(folder() / "better.safetensors.checkpoint"));
  EXPECT_TRUE(fs::exists(folder() / "better.safetensors.csv"));
}

TEST_F(RetrainTest, WhatRecalibrationGivesIsNoGainOfTheTraining) {
  const std::vector<std::string> plan{"study.toml", "--plan", "L3-layer-wise.json"};
  const auto correct_of = [&](std::vector<std::string> words, const std::string& table) {
    words.insert(words.begin() + 1, plan.begin(), plan.end());
    words.emplace_back("--json");
    const auto json = nlohmann::json::parse(run(words).output);
    return table.empty() ? json.at("evaluations").at(0).at("cross_entropy")
                         : json.at("test").at(table).at("cross_entropy");
  };
  const Outcome outcome = run(
      {"recalibrate", "study.toml", "--plan", "L3-layer-wise.json", "--out", "moved.safetensors"});
  ASSERT_EQ(outcome.exit_code, 0);
  const auto moved = correct_of({"evaluate", "--set", "model.file=moved.safetensors"}, "");
  const std::vector<std::string> training{"retrain", "--set", "retrain.recalibrate=true"};
  EXPECT_EQ(correct_of(training, "recalibrated"), moved);
  EXPECT_NE(correct_of(training, "before"), moved);
}

TEST_F(RetrainTest, EveryGradientTrains) {
  std::set<std::string> networks;
  const auto gradients = all_policies<GradientPolicy>();
  for (const GradientPolicy* gradient : gradients) {
    const std::string out = fmt::format("{}.safetensors", gradient->name);
    EXPECT_EQ(run({"retrain", "study.toml", "--plan", "L3-layer-wise.json", "--out", out, "--set",
                   fmt::format("retrain.gradient={}", gradient->name)})
                  .exit_code,
              0);
    networks.insert(read(out + ".checkpoint"));
  }
  EXPECT_EQ(networks.size(), gradients.size());
}

TEST_F(RetrainTest, LearnedRangesAreAPlanBesideTheNetwork) {
  const Outcome outcome =
      run({"retrain", "study.toml", "--plan", "L3-layer-wise.json", "--out", "better.safetensors",
           "--set", "retrain.learn_ranges=true", "--set", "retrain.learning_rate=0.2"});
  EXPECT_THAT(outcome.errors, testing::IsEmpty());
  EXPECT_THAT(outcome.output, testing::HasSubstr("Plan: better.safetensors.plan.json"));
  std::smatch after;
  ASSERT_TRUE(std::regex_search(outcome.output, after,
                                std::regex("plan, after retraining +([0-9.]+) \\[")));
  expect_refusal({"retrain", "study.toml", "--plan", "better.safetensors.plan.json", "--out",
                  "better.safetensors", "--set", "retrain.learn_ranges=true"},
                 2, {"better.safetensors.plan.json", "choose another --out"});
  const Outcome evaluation =
      run({"evaluate", "study.toml", "--plan", "better.safetensors.plan.json", "--set",
           "model.file=better.safetensors"});
  EXPECT_THAT(evaluation.output, testing::HasSubstr(after[1].str()));
}

TEST_F(RetrainTest, ControlStandsInPlaceOfThePlan) {
  const Outcome control = run({"retrain", "study.toml", "--control"});
  EXPECT_EQ(control.exit_code, 0);
  EXPECT_THAT(control.output, testing::HasSubstr("the same epochs, lossless"));
  expect_refusal({"retrain", "study.toml"}, 2, {"--plan", "--control"});
  expect_refusal({"retrain", "study.toml", "--control", "--plan", "L3-layer-wise.json"}, 2,
                 {"--plan", "--control"});
}

TEST_F(RetrainTest, LossThatIsNoNumberStopsIt) {
  const Outcome outcome = run({"retrain", "study.toml", "--plan", "L3-layer-wise.json", "--set",
                               "retrain.learning_rate=1e9"});
  EXPECT_EQ(outcome.exit_code, 1);
  expect_error(outcome, {"lower learning_rate"});
}

TEST_F(RetrainTest, CompareWritesOneTable) {
  write("compare.toml", std::string(kStudy) + "[compare]\nmethods = [\"isaac\", \"lloyd-max\"]\n");
  const Outcome outcome = run({"compare", "compare.toml", "--out", "c"});
  EXPECT_THAT(outcome.errors, testing::IsEmpty());
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.output,
              testing::AllOf(testing::HasSubstr("  isaac "), testing::HasSubstr("  lloyd-max "),
                             testing::HasSubstr("comparison.csv")));
  EXPECT_THAT(read("c/comparison.csv"), testing::HasSubstr("\n3,isaac,"));
  EXPECT_EQ(run({"compare", "compare.toml", "--out", "c"}).output, outcome.output);
}

}  // namespace
}  // namespace bitline::cli
