// --run FOLDER: what commands make of a finished run.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "bitline/base/file.h"
#include "bitline/testing/json_study.h"
#include "bitline/testing/program_study.h"

namespace bitline::cli {
namespace {

using test::JsonStudyTest;
using test::make_float_network;

/// A run in the folder "r" of a float network, which puts it on grids; searched and recalibrated.
class RunChoiceTest : public JsonStudyTest {
 protected:
  RunChoiceTest() {
    write_network(folder() / "float.safetensors", make_float_network(4, 2));
    const test::Outcome outcome =
        run({"run", "study.toml", "--set", "model.file=float.safetensors", "--set",
             "quantize.weight_bits=4", "--set", "search.recalibrate=true", "--out", "r"});
    EXPECT_EQ(outcome.exit_code, 0) << testing::PrintToString(outcome.errors);
  }

  /// Right answers on the test images, from the folder's parent if `from_elsewhere`.
  nlohmann::json correct(std::vector<std::string> words) {
    words.insert(words.begin(), {"evaluate", "--json"});
    const std::string output = run(words).output;  // some of these warn
    return nlohmann::json::parse(output).at("evaluations").at(0).at("correct");
  }
};

TEST_F(RunChoiceTest, APlanByNameIsItsFilesWithTheNetworkThatTheRunMade) {
  const std::vector<std::string> by_hand{"study.toml", "--set", "model.file=r/network.safetensors",
                                         "--plan", "r/plans/L3-layer-wise.json"};
  EXPECT_EQ(correct({"--run", "r", "--plan", "L3-layer-wise"}), correct(by_hand));
  EXPECT_EQ(correct({"--run", "r", "--plan", "L3-layer-wise-recalibrated"}),
            correct({"study.toml", "--set", "model.file=r/networks/L3-layer-wise.safetensors",
                     "--plan", "r/plans/L3-layer-wise.json"}));
}

// A recalibrated network is made for its ADCs: without them it is no measure of what they lose.
TEST_F(RunChoiceTest, LosslessADCsAreThoseOfTheNetworkThatTheRunCountsAgainst) {
  const std::vector<std::string> plan{"--run", "r", "--plan", "L3-layer-wise-recalibrated"};
  std::vector<std::string> words{"evaluate", "--against", "lossless"};
  words.insert(words.end(), plan.begin(), plan.end());
  const nlohmann::json evaluated = result_of(words);
  const nlohmann::json run_rows =
      result_of({"run", "study.toml", "--set", "model.file=float.safetensors", "--set",
                 "quantize.weight_bits=4", "--set", "search.recalibrate=true", "--out", "r"})
          .at("rows");
  ASSERT_EQ(run_rows.at(3).at("name"), "L3-layer-wise-recalibrated");
  EXPECT_EQ(evaluated.at("evaluations").at(0).at("network"),
            "r/networks/L3-layer-wise.safetensors");
  EXPECT_EQ(evaluated.at("evaluations").at(1).at("network"), "r/network.safetensors");
  EXPECT_NEAR(-100 * evaluated.at("difference").at("value").get<double>(),
              run_rows.at(3).at("test_loss_points").at("value").get<double>(), 1e-9);
  words.insert(words.end(), {"--against-network", "r/networks/L3-layer-wise.safetensors"});
  EXPECT_EQ(result_of(words).at("evaluations").at(1).at("network"),
            "r/networks/L3-layer-wise.safetensors");
}

/// Of 20 test images.
double points_right(const nlohmann::json& evaluated) {
  return 100 * evaluated.at("evaluations").at(0).at("correct").get<double>() / 20;
}

TEST_F(RunChoiceTest, TheWholeLossIsFromTheFloatNetworkAndNotFromItsGrids) {
  const auto in_float = [&](const std::string& file) {
    return std::vector<std::string>{"evaluate", "study.toml", "--mode",
                                    "float",    "--set",      "model.file=" + file};
  };
  EXPECT_THAT(run(in_float("float.safetensors")).output,
              testing::ContainsRegex("(^|\n)float: top-1"));
  EXPECT_THAT(run(in_float("r/network.safetensors")).output,
              testing::ContainsRegex("(^|\n)float, on its grids: top-1"));

  const std::string output =
      run({"run", "study.toml", "--set", "model.file=float.safetensors", "--set",
           "quantize.weight_bits=4", "--set", "search.recalibrate=true", "--set",
           "search.max_loss=100", "--out", "budget"})
          .output;
  const auto plan = result_of({"evaluate", "--run", "budget"});
  const double lost = points_right(result_of(in_float("float.safetensors"))) - points_right(plan);
  const auto paired = result_of({"evaluate", "--run", "budget", "--against", "float"});
  EXPECT_EQ(paired.at("evaluations").at(1).at("network"), "float.safetensors");
  EXPECT_NEAR(-100 * paired.at("difference").at("value").get<double>(), lost, 1e-9);
  EXPECT_THAT(output,
              testing::HasSubstr(fmt::format(
                  "From the float network to L3-layer-wise are {:.2f} points on the test", lost)));
}

TEST_F(RunChoiceTest, APlanWithoutItsRecalibratedNetworkIsNotTakenInSilence) {
  const std::vector<std::string> words{"export", "--to",  "npz", "--out",
                                       "a.npz",  "--run", "r",   "--plan"};
  const auto warnings = [&](const std::string& plan) {
    std::vector<std::string> all = words;
    all.push_back(plan);
    return run(all).errors;
  };
  EXPECT_THAT(warnings("L3-layer-wise"),
              testing::Contains(
                  testing::HasSubstr("'L3-layer-wise-recalibrated' has the recalibrated one")));
  EXPECT_THAT(warnings("L3-layer-wise-recalibrated"),
              testing::Each(testing::Not(testing::HasSubstr("recalibrated"))));
  const std::string own = "model.file=r/networks/L3-layer-wise.safetensors";
  EXPECT_THAT(run({"evaluate", "--run", "r", "--plan", "L3-layer-wise", "--set", own}).errors,
              testing::Each(testing::Not(testing::HasSubstr("neither recalibrated"))));
}

TEST_F(RunChoiceTest, TheTableNamesWhatPlanTakes) {
  const std::vector<std::string> words{"run",   "study.toml",
                                       "--set", "model.file=float.safetensors",
                                       "--set", "quantize.weight_bits=4",
                                       "--set", "search.recalibrate=true",
                                       "--out", "r"};
  EXPECT_THAT(run(words).output,
              testing::ContainsRegex("recalibrated .* L3-layer-wise-recalibrated"));
  const nlohmann::json rows = result_of(words).at("rows");
  EXPECT_EQ(rows.at(1).at("name"), nullptr);  // lossless, behind the float network
  EXPECT_EQ(rows.at(2).at("name"), "L3-layer-wise");
  EXPECT_EQ(rows.at(3).at("name"), "L3-layer-wise-recalibrated");
}

TEST_F(RunChoiceTest, WithoutAPlanItIsTheRecommendedOne) {
  const nlohmann::json summary = nlohmann::json::parse(read_text_file(folder() / "r" / "run.json"));
  const auto json = result_of({"evaluate", "--run", "r"}).at("evaluations").at(0);
  EXPECT_EQ(json.at("plan"), "r/" + summary.at("recommended").get<std::string>());
  const auto lossless =
      result_of({"evaluate", "--run", "r", "--plan", "lossless"}).at("evaluations").at(0);
  EXPECT_EQ(lossless.at("plan"), nullptr);
}

TEST_F(RunChoiceTest, EveryCommandThatTakesAPlanTakesARun) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"cost"},
           {"explain"},
           {"export", "--to", "npz", "--out", "a.npz"},
           {"recalibrate", "--plan", "L3-layer-wise", "--out", "b.safetensors"}}) {
    std::vector<std::string> all = words;
    all.insert(all.end(), {"--run", "r"});
    EXPECT_EQ(run(all).exit_code, 0) << words[0];
  }
}

TEST_F(RunChoiceTest, NamesWhatIsWrong) {
  expect_refusal({"evaluate", "--run", "r", "--plan", "L3-layer-wide"}, 2,
                 {"did you mean 'L3-layer-wise'?"});
  expect_refusal({"evaluate", "--run", "nowhere"}, 2, {"--run nowhere: there is no finished run"});
  expect_refusal({"evaluate"}, 2, {"give CONFIG, or --run FOLDER"});
  expect_refusal({"evaluate", "study.toml", "--run", "r"}, 2, {"leave one out"});
  expect_refusal({"explain", "study.toml"}, 2, {"give --plan FILE, or --run FOLDER"});
}

}  // namespace
}  // namespace bitline::cli
