// bitline explain, as a user calls it.
#include <nlohmann/json.hpp>

#include "bitline/adc/adc_plan.h"
#include "bitline/testing/program_study.h"

namespace bitline::cli {
namespace {

using test::Outcome;
using test::StudyTest;

class ExplainTest : public StudyTest {
 protected:
  /// Nine levels in both layers, with these ranges.
  nlohmann::json explain(std::int64_t of_conv2, std::int64_t of_conv3) {
    EXPECT_EQ(run({"search", "study.toml", "--set", "search.levels=[9]", "--out", "."}).exit_code,
              0);
    AdcPlan plan = plan_from_json(read("L9-layer-wise.json"));
    plan.layers.at("conv2").spec.delta = of_conv2;
    plan.layers.at("conv3").spec.delta = of_conv3;
    write("plan.json", to_json(plan));
    const Outcome outcome = run({"explain", "study.toml", "--plan", "plan.json", "--json"});
    EXPECT_EQ(outcome.exit_code, 0);
    return nlohmann::json::parse(outcome.output);
  }
};

TEST_F(ExplainTest, ANarrowRangeIsFoundAndShouldBeWider) {
  const auto json = explain(1, 12);
  const auto& narrow = json.at("layers").at(0);
  EXPECT_EQ(narrow.at("layer"), "conv2");
  EXPECT_GT(narrow.at("clipped").get<double>(), 0.01);
  EXPECT_THAT(narrow.at("remedy").get<std::string>(), testing::HasSubstr("wider range"));
  EXPECT_EQ(narrow.at("clipped_by_stream").size(), 4U);
  const auto wider = explain(4, 12).at("layers").at(0);
  EXPECT_LT(wider.at("clipped").get<double>(), narrow.at("clipped").get<double>());
  EXPECT_GT(wider.at("signal_to_noise_db").get<double>(),
            narrow.at("signal_to_noise_db").get<double>());
}

// A full range of three levels leaves nothing else to advise.
TEST_F(ExplainTest, AdvisesNoMoreLevelsThanTheHardwareHas) {
  ASSERT_EQ(run({"search", "study.toml", "--set", "search.ranges=[\"full-range\"]", "--out", "."})
                .exit_code,
            0);
  const auto remedies = [this](const std::string& levels) {
    const Outcome outcome = run({"explain", "study.toml", "--plan", "L3-full-range.json", "--set",
                                 "array.adc_levels=" + levels, "--json"});
    EXPECT_EQ(outcome.exit_code, 0);
    std::vector<std::string> all;
    const auto json = nlohmann::json::parse(outcome.output);
    for (const auto& layer : json.at("layers"))
      all.push_back(layer.at("remedy").get<std::string>());
    return all;
  };
  const auto more = testing::StartsWith("more levels");
  EXPECT_THAT(remedies("0"), testing::Contains(more));
  EXPECT_THAT(remedies("4"), testing::Contains(more));
  EXPECT_THAT(remedies("3"), testing::Each(testing::Not(more)));
  EXPECT_THAT(remedies("3"),
              testing::Contains(testing::HasSubstr("array.adc_levels = 3 allows no more levels")));
}

TEST_F(ExplainTest, ATableHasLevelsAndNoRange) {
  EXPECT_EQ(run({"search", "study.toml", "--set", "search.levels=[9]", "--set",
                 "search.ranges=[\"lloyd-max\"]", "--out", "."})
                .exit_code,
            0);
  const Outcome outcome = run({"explain", "study.toml", "--plan", "L9-lloyd-max.json", "--json"});
  for (const auto& layer : nlohmann::json::parse(outcome.output).at("layers")) {
    EXPECT_EQ(layer.at("levels"), 9);
    EXPECT_TRUE(layer.at("delta").is_null());
  }
  EXPECT_THAT(run({"explain", "study.toml", "--plan", "L9-lloyd-max.json"}).output,
              testing::ContainsRegex("conv2 +9 +- "));
}

// Of the shipped network with 4 levels; with statistics left as they are it answers at random as
// soon as an ADC is left out.
TEST_F(ExplainTest, PartsOfThePlanOfARetrainedNetworkHaveStatisticsOfTheirOwn) {
  const std::string source = BITLINE_SOURCE;
  const std::string assets = source + "/assets";
  const Outcome outcome = run({"explain", source + "/examples/quickstart.toml", "--set",
                               "model.file=" + assets + "/retrained/resnet20-w4a4-L4.safetensors",
                               "--plan", assets + "/retrained/resnet20-w4a4-L4.json", "--set",
                               "data.images_per_class=1", "--json"});
  ASSERT_EQ(outcome.exit_code, 0);
  const auto json = nlohmann::json::parse(outcome.output);
  EXPECT_TRUE(json.at("statistics_of_plan").get<bool>());
  EXPECT_GT(json.at("lossless").at("correct").get<int>(), 6);
  for (const auto& layer : json.at("layers")) {
    EXPECT_GT(layer.at("alone").at("correct").get<int>(), 6) << layer.at("layer");
    EXPECT_THAT(layer.at("remedy").get<std::string>(),
                testing::Not(testing::HasSubstr("recalibration")));
  }
  EXPECT_TRUE(json.at("streams").at(0).at("alone").is_null());
}

// The last layer of the plan alone is the plan without the other one.
TEST_F(ExplainTest, LeavesOneLayerOutAndOneLayerIn) {
  const auto json = explain(1, 12);
  EXPECT_EQ(json.at("layers").at(0).at("alone"), json.at("layers").at(1).at("without"));
  EXPECT_EQ(json.at("layers").at(1).at("alone"), json.at("layers").at(0).at("without"));
}

TEST_F(ExplainTest, SaysWhatEachInputBitCosts) {
  const auto narrow = explain(1, 12).at("streams");
  ASSERT_EQ(narrow.size(), 4U);
  for (const auto& stream : narrow) {
    EXPECT_GT(stream.at("ones").get<double>(), 0);
    EXPECT_LT(stream.at("ones").get<double>(), 1);
    EXPECT_EQ(stream.at("alone").at("images"), 20);
  }
}

// The narrow range of conv2 is the worst; one LSB more is the next candidate.
TEST_F(ExplainTest, TriesItsAdviceOnOtherImages) {
  const auto json = explain(1, 12);
  ASSERT_EQ(json.at("worst").at(0), "conv2");
  const auto& trials = json.at("trials");
  std::map<std::string, int> correct;
  for (const auto& change : trials.at("changes"))
    correct[change.at("what")] = change.at("score").at("correct");
  const auto by_hand = [this](const std::vector<std::string>& more) {
    std::vector<std::string> words{"evaluate", "study.toml", "--plan", "plan.json",
                                   "--on",     "search",     "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return nlohmann::json::parse(run(words).output).at("evaluations").at(0).at("correct");
  };
  EXPECT_FALSE(trials.at("on_validation"));  // all images are in the search sample
  EXPECT_EQ(trials.at("plan").at("correct"), by_hand({}));
  EXPECT_EQ(correct.at("conv2: a wider range"), by_hand({"--set-delta", "conv2=2"}));
  EXPECT_TRUE(correct.contains("conv2: twice the levels"));
  EXPECT_TRUE(correct.contains("batch-norm recalibrated"));
}

TEST_F(ExplainTest, ARangeIsChangedByNameOrEnding) {
  explain(1, 12);
  const auto delta_of = [this](const std::string& change) {
    const Outcome outcome =
        run({"explain", "study.toml", "--plan", "plan.json", "--set-delta", change, "--json"});
    return nlohmann::json::parse(outcome.output).at("layers").at(1).at("delta");
  };
  EXPECT_EQ(delta_of("conv3=5/2"), "5/2");
  EXPECT_EQ(delta_of("v3=5"), "5");
  const auto refused = [this](const std::string& change, const std::string& words) {
    expect_refusal({"explain", "study.toml", "--plan", "plan.json", "--set-delta", change}, 2,
                   {"--set-delta " + change, words});
  };
  refused("conv4=5", "0 layers");
  refused("conv=5", "2 layers");
  refused("onv3", "write LAYER=DELTA");
  refused("conv3=wide", "wide");
}

TEST_F(ExplainTest, PrintsATableAndNamesWhatToTry) {
  explain(1, 12);
  const Outcome outcome = run({"explain", "study.toml", "--plan", "plan.json"});
  EXPECT_EQ(outcome.exit_code, 0);
  for (const char* words : {"SQNR, dB", "conv2", "under the plan", "only its sums converted"})
    EXPECT_THAT(outcome.output, testing::HasSubstr(words));
}

}  // namespace
}  // namespace bitline::cli
