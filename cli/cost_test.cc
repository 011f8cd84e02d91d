// bitline cost and bitline allocate, as a user calls them.
#include "bitline/adc/adc_plan.h"
#include "bitline/cost/technology.h"
#include "bitline/testing/json_study.h"
#include "bitline/testing/program_study.h"

namespace bitline::cli {
namespace {

using test::JsonStudyTest;
using test::Outcome;

class CostTest : public JsonStudyTest {
 protected:
  nlohmann::json cost(std::vector<std::string> words) {
    words.insert(words.begin(), {"cost", "study.toml"});
    return result_of(words);
  }
};

TEST_F(CostTest, APlanSavesWhatItsComparatorsTake) {
  ASSERT_EQ(run({"search", "study.toml", "--set", "search.levels=[3]", "--out", "."}).exit_code, 0);
  const auto json = cost({"--plan", "L3-layer-wise.json"});
  const auto adcs = [&](const char* design) {
    return json.at(design).at("energy_nj_per_image").at("ADCs").get<double>();
  };
  EXPECT_NEAR(adcs("plan") / adcs("baseline"), 2.0 / 15, 1e-12);
  EXPECT_GT(json.at("energy_saved").get<double>(), 0);
  EXPECT_EQ(json.at("plan").at("layers").size(), 2U);
}

TEST_F(CostTest, PrintsLayersCircuitsAndWhatAnOperationIs) {
  const Outcome outcome = run({"cost", "study.toml"});
  EXPECT_EQ(outcome.exit_code, 0);
  for (const char* words : {"conv2", "word-line drivers", "TOPS/W", "two operations for each"})
    EXPECT_THAT(outcome.output, testing::HasSubstr(words));
}

TEST_F(CostTest, SaysWhatAnAdcServes) {
  const std::vector<std::string> shared{"--set", "array.bit_lines_per_adc=16"};
  for (const char* command : {"cost", "inspect"}) {
    std::vector<std::string> words{command, "study.toml"};
    words.insert(words.end(), shared.begin(), shared.end());
    EXPECT_THAT(run(words).output,
                testing::HasSubstr("ADCs: 8 per array, each for 8 pairs = 16 bit lines\n"));
  }
  const auto array = result_of({"inspect", "study.toml", "--set", "array.columns_per_adc=8"});
  EXPECT_EQ(array.at("array").at("bit_lines_per_adc"), 16);
  EXPECT_EQ(array.at("array").at("columns_per_adc"), 8);
}

TEST_F(CostTest, TheBaselineItselfSavesNothingAndHasItsDriversNamed) {
  ASSERT_EQ(run({"search", "study.toml", "--set", "search.levels=[3]", "--out", "."}).exit_code, 0);
  const std::string output =
      run({"cost", "study.toml", "--plan", "L3-layer-wise.json", "--set", "cost.baseline_levels=3"})
          .output;
  EXPECT_THAT(output, testing::HasSubstr("This is the design that savings are counted from (3 "
                                         "levels in every ADC"));
  EXPECT_THAT(output, testing::Not(testing::HasSubstr(" saved")));
}

TEST_F(CostTest, SaysWhatInTheTechnologyIsFittedAndWhichFileToReplace) {
  EXPECT_THAT(run({"cost", "study.toml"}).output,
              testing::AllOf(testing::HasSubstr("array.read_time (100 ns)"),
                             testing::HasSubstr("flash is fitted"),
                             testing::HasSubstr("bitline/cost/32nm.toml; a copy")));
  const std::string charge = BITLINE_SOURCE "/bitline/cost/sram-charge.toml";
  EXPECT_THAT(run({"cost", "study.toml", "--set", "cost.technology=" + charge}).output,
              testing::AllOf(testing::HasSubstr(charge), testing::HasSubstr("derived from")));
}

TEST_F(CostTest, LevelsThatTheHardwareDoesNotHaveAreCountedWithAWord) {
  const auto note = testing::HasSubstr("array.adc_levels allows 5: name a plan");
  EXPECT_THAT(run({"cost", "study.toml", "--set", "array.adc_levels=5"}).output, note);
  EXPECT_THAT(run({"cost", "study.toml"}).output, testing::Not(note));
}

TEST_F(CostTest, TakesTheUsersTechnology) {
  std::string table(technology_32nm());
  const std::string cell = "cell_area = { value = 0.171";
  table.replace(table.find(cell), cell.size(), "cell_area = { value = 1.71");
  write("mine.toml", table);
  const auto area = [](const nlohmann::json& json) {
    return json.at("plan").at("area_mm2").at("arrays").get<double>();
  };
  EXPECT_NEAR(area(cost({"--set", "cost.technology=mine.toml"})) / area(cost({})), 10, 1e-9);
}

// The same reads are skipped in both designs.
TEST_F(CostTest, IdleReadsCostNoConversions) {
  const auto with = cost({"--set", "cost.zero_detection=true"});
  const auto without = cost({});
  const auto idle = with.at("idle_reads").get<std::map<std::string, double>>();
  ASSERT_EQ(idle.size(), 2U);
  for (const char* design : {"plan", "baseline"}) {
    double converted = 0;
    for (const auto& layer : without.at(design).at("layers"))
      converted += (1 - idle.at(layer.at("name").get<std::string>())) *
                   layer.at("energy_nj_per_image").at("ADCs").get<double>();
    EXPECT_NEAR(with.at(design).at("energy_nj_per_image").at("ADCs").get<double>(), converted,
                1e-9 * converted);
  }
}

// Without a plan every ADC has a level for each sum: flash ADCs cost more than those of 16 levels.
TEST_F(CostTest, WhatCostsMoreIsGivenAsSoManyTimes) {
  const std::string output = run({"cost", "study.toml"}).output;
  EXPECT_THAT(output, testing::ContainsRegex("[0-9.]+ times the area with one ADC design"));
  EXPECT_THAT(output, testing::ContainsRegex("[0-9.]+ times the energy"));
}

TEST_F(CostTest, FlashWithALevelForEachSumStandsBesideSar) {
  const auto sar = cost({"--set", "cost.adc=sar"}).at("plan");
  const double area = sar.at("area_mm2").at("total").get<double>();
  EXPECT_THAT(cost({}).at("notes").at(0).get<std::string>(),
              testing::HasSubstr(fmt::format("it were {:.3f} mm2", area)));
}

TEST_F(CostTest, TheAdcsTakeTheShareOfTheBaselineThatIsAskedFor) {
  ASSERT_EQ(run({"search", "study.toml", "--set", "search.levels=[4]", "--out", "."}).exit_code, 0);
  const auto with_share = [&](const std::string& share) {
    return cost({"--plan", "L4-layer-wise.json", "--set", "cost.adc_share=" + share});
  };
  for (const double share : {0.25, 0.86}) {
    const auto json = with_share(fmt::format("{}", share));
    const auto energy = [&](const char* design, const char* circuit) {
      return json.at(design).at("energy_nj_per_image").at(circuit).get<double>();
    };
    EXPECT_NEAR(energy("baseline", "ADCs") / energy("baseline", "total"), share, 1e-9);
    EXPECT_NEAR(energy("plan", "ADCs") / energy("baseline", "ADCs"), 3.0 / 15, 1e-9);
  }
  EXPECT_EQ(with_share("0.25").at("area_saved"), with_share("0.86").at("area_saved"));
}

TEST_F(CostTest, TheSurveyGivesTheEndsOfItsErrorBars) {
  const std::string output =
      run({"cost", "study.toml", "--set", "cost.adc=survey", "--set", "array.rows=64"}).output;
  EXPECT_THAT(output, testing::HasSubstr("by the error bars of its ADCs from"));
}

TEST_F(CostTest, TheRegressionIsRefusedForFewLevels) {
  expect_refusal(
      {"cost", "study.toml", "--set", "cost.adc=andrulis", "--set", "cost.baseline_levels=8"}, 2,
      {"8 levels are fewer", "flash"});
}

TEST_F(CostTest, ARunSaysWhatItsPlansCost) {
  ASSERT_EQ(run({"run", "study.toml", "--set", "cost.adc=flash", "--set", "search.levels=[3]",
                 "--out", "out"})
                .exit_code,
            0);
  EXPECT_THAT(read("out/costs/L3-layer-wise.json"), testing::HasSubstr("energy_saved"));
}

TEST_F(CostTest, ARunCountsAgainWhenMoreColumnsShareAnAdc) {
  const auto run_with = [&](const std::string& columns) {
    EXPECT_EQ(run({"run", "study.toml", "--set", "cost.adc=flash", "--set", "search.levels=[3]",
                   "--set", "array.columns_per_adc=" + columns, "--out", "out"})
                  .exit_code,
              0);
    return std::pair(read("out/costs/L3-layer-wise.json"), read("out/mapping.json"));
  };
  const auto one = run_with("1");
  const auto four = run_with("4");
  EXPECT_NE(one.first, four.first);
  EXPECT_NE(one.second, four.second);
}

TEST_F(CostTest, CellsOfMoreBitsCostMoreThanTheDefaultTechnologySays) {
  // What the technology says of itself is one of them, which layers are left out another.
  const auto notes = cost({"--set", "cost.adc=sar"}).at("notes");
  EXPECT_EQ(notes.size(), 2U);
  EXPECT_THAT(notes.back(), testing::StartsWith("layers that are digital are not counted: "));
  EXPECT_EQ(cost({"--set", "cost.adc=sar", "--set", "array.cell_bits=2"}).at("notes").size(), 3U);
  EXPECT_THAT(run({"cost", "study.toml", "--set", "array.dac_bits=2"}).output,
              testing::HasSubstr("dac_bits = 2 cost more"));
}

// A regression for 16 levels and more: no search for plans that cannot be priced.
TEST_F(CostTest, LevelsThatTheAdcModelLacksAreRefusedBeforeTheSearch) {
  for (const char* command : {"allocate", "run"})
    expect_refusal(
        {command, "study.toml", "--set", "cost.adc=andrulis", "--set", "allocate.levels=[4, 16]"},
        2, {"levels are fewer"});
  EXPECT_FALSE(std::filesystem::exists(folder() / "runs/study/plans"));
}

TEST_F(CostTest, PlansOfTheFrontSayOnWhichArrayTheyWereFound) {
  EXPECT_EQ(run({"allocate", "study.toml", "--set", "allocate.levels=[2, 9]", "--set",
                 "allocate.max_loss=100", "--out", "mixed"})
                .exit_code,
            0);
  expect_refusal({"evaluate", "study.toml", "--plan", "mixed/front/001.json", "--set",
                  "array.row_order=kernel-major"},
                 2, {"row_order"});
}

// δ is null for them, in explanations and on the page.
TEST_F(CostTest, ARunExplainsTables) {
  EXPECT_EQ(run({"run", "study.toml", "--set", "search.ranges=[\"lloyd-max\"]", "--set",
                 "explain={}", "--out", "tables"})
                .exit_code,
            0);
  EXPECT_TRUE(std::filesystem::exists(folder() / "tables/report.html"));
}

TEST_F(CostTest, AgreementIsNotCalledAccuracy) {
  EXPECT_THAT(run({"allocate", "study.toml", "--set", "allocate.levels=[9]", "--set",
                   "allocate.max_loss=100", "--set", "search.objective=agreement"})
                  .output,
              testing::HasSubstr("as lossless"));
}

TEST_F(CostTest, LevelsAreDividedAmongLayers) {
  const Outcome outcome = run({"allocate", "study.toml", "--set", "allocate.levels=[2, 4, 9]",
                               "--set", "allocate.max_loss=10", "--out", "mixed"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.output, testing::HasSubstr("layer by layer"));
  const auto json = nlohmann::json::parse(read("mixed/allocation.json"));
  EXPECT_EQ(json.at("sensitivities").size(), 2U);
  EXPECT_EQ(json.at("sensitivities").at("conv2").size(), 3U);
  EXPECT_EQ(json.at("budget").at("lost_answers").get<int>(), json.at("images").get<int>() / 10);
  EXPECT_EQ(json.at("uniform").size(), 3U);
  EXPECT_GE(json.at("best").at("correct").get<int>(),
            json.at("lossless").at("correct").get<int>() - json.at("images").get<int>() / 10);
  EXPECT_EQ(run({"evaluate", "study.toml", "--plan", "mixed/plan.json"}).exit_code, 0);
}

TEST_F(CostTest, ThePlansThatNothingBeatsCanBeTaken) {
  const Outcome outcome = run({"allocate", "study.toml", "--set", "allocate.levels=[2, 4, 9]",
                               "--set", "allocate.max_loss=10", "--out", "mixed"});
  const auto front = nlohmann::json::parse(read("mixed/allocation.json")).at("front");
  ASSERT_FALSE(front.empty());
  for (const auto& plan : front) {
    const std::string file = plan.at("file").get<std::string>();
    const AdcPlan written = plan_from_json(read("mixed/" + file));
    for (const auto& [layer, levels] : plan.at("levels").items())
      EXPECT_EQ(written.layers.at(layer).spec.levels, levels.get<std::int64_t>()) << file;
    EXPECT_THAT(outcome.output, testing::HasSubstr(file));
  }
  EXPECT_EQ(run({"evaluate", "study.toml", "--plan", "mixed/front/001.json"}).exit_code, 0);
  write("mixed/front/front.js", "of another");
  EXPECT_EQ(run({"allocate", "study.toml", "--set", "allocate.levels=[9]", "--set",
                 "allocate.max_loss=100", "--out", "mixed"})
                .exit_code,
            0);
  EXPECT_TRUE(std::filesystem::exists(folder() / "mixed/front/001.json"));
  EXPECT_FALSE(std::filesystem::exists(folder() / "mixed/front/002.json"));
  EXPECT_TRUE(std::filesystem::exists(folder() / "mixed/front/front.js"));
}

TEST_F(CostTest, AnAllocationSaysWhatItsAccuraciesAreOf) {
  const std::vector<std::string> words = {
      "allocate", "study.toml", "--set", "allocate.levels=[9]", "--set", "allocate.max_loss=100",
      "--set"};
  const auto output_with = [&](const std::string& setting) {
    std::vector<std::string> all = words;
    all.push_back(setting);
    return run(all).output;
  };
  const auto says = testing::HasSubstr("Search sample: batch-norm as it is");
  EXPECT_THAT(output_with("search.recalibrate=true"), says);
  EXPECT_THAT(output_with("search.recalibrate=false"), testing::Not(says));
}

TEST_F(CostTest, DividedTablesShowTheirThresholdsAndNoRange) {
  const Outcome outcome =
      run({"allocate", "study.toml", "--set", "allocate.levels=[9]", "--set",
           "allocate.max_loss=100", "--set", "allocate.ranges=\"lloyd-max\"", "--out", "mixed"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.output, testing::ContainsRegex("conv3 +9 +- +- +-[0-9]+ to [0-9]+  "));
}

TEST_F(CostTest, NoPlanOfAnEarlierBudgetStays) {
  const auto allocate_under = [&](const std::string& budget) {
    const Outcome outcome = run({"allocate", "study.toml", "--set", "allocate.levels=[9]", "--set",
                                 budget, "--out", "mixed"});
    EXPECT_EQ(outcome.exit_code, 0);
    return outcome.output;
  };
  allocate_under("allocate.max_loss=100");
  EXPECT_TRUE(std::filesystem::exists(folder() / "mixed/plan.json"));
  EXPECT_THAT(allocate_under("allocate.max_cost=0.01"),
              testing::HasSubstr("No plan keeps the budget"));
  EXPECT_FALSE(std::filesystem::exists(folder() / "mixed/plan.json"));
}

TEST_F(CostTest, AnAllocationTakesOneBudget) {
  expect_refusal(
      {"allocate", "study.toml", "--set", "allocate.max_loss=1", "--set", "allocate.max_cost=0.5"},
      2, {"allocate.max_loss or allocate.max_cost"});
}

}  // namespace
}  // namespace bitline::cli
