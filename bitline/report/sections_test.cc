// What the sections on costs, on levels and on lost accuracy make of a run folder.
#include "bitline/report/sections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/base/error.h"
#include "bitline/testing/reports.h"

namespace bitline {
namespace {

using test::column_of;
using test::data_of;
using test::edit;
using test::report_of;
using test::section_of;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

class SectionsTest : public ::testing::Test {
 protected:
  PageJson section(const std::string& id) { return section_of(data_of(report_of({folder_})), id); }

  test::RunCopies runs_;
  std::filesystem::path folder_ = runs_.make("run");
};

/// Value of the fact with that label, or "".
std::string fact(const PageJson& section, const std::string& label) {
  for (const PageJson& block : section.at("blocks"))
    for (const PageJson& each : block.value("facts", PageJson::array()))
      if (each.at("label") == label) return each.at("value");
  return "";
}

TEST_F(SectionsTest, AreLeftOutWhereTheRunHasNoFilesForThem) {
  for (const char* part : {"costs", "allocation.json", "explanations"})
    std::filesystem::remove_all(folder_ / part);
  std::vector<std::string> ids;
  const PageJson page = data_of(report_of({folder_}));
  for (const PageJson& section : page.at("sections")) ids.push_back(section.at("id"));
  EXPECT_THAT(ids, ElementsAre("summary", "accuracy", "plan", "network", "sums", "search",
                               "configuration"));
}

// 1,353.7 nJ in place of 3,118.3.
TEST_F(SectionsTest, CostBeginsWithWhatTheRecommendedPlanSaves) {
  const PageJson cost = section("cost");
  EXPECT_EQ(fact(cost, "Energy saved"), "56.6 %");
  EXPECT_THAT(cost.dump(), HasSubstr("Before: 16 levels in every ADC. After: the levels of L6"));
}

TEST_F(SectionsTest, ADesignThatSavesNothingIsTheOneThatSavingsAreCountedFrom) {
  const std::filesystem::path file = folder_ / "costs" / "L6-layer-wise.json";
  PageJson json = PageJson::parse(read_text_file(file));
  for (const char* saved : {"energy_saved", "area_saved", "area_saved_by_layer"})
    json.at(saved) = 0.0;
  write_file_atomically(file, json.dump());
  EXPECT_THAT(section("cost").dump(),
              HasSubstr("is the design that savings are counted from: 16 levels in every ADC"));
}

TEST_F(SectionsTest, CircuitsAddUpToTheirBar) {
  const PageJson cost = section("cost");
  double shares = 0;
  for (const PageJson& share : column_of(cost, "circuits", "share")) shares += share.get<double>();
  EXPECT_NEAR(shares, 100 * 2 * (2 + 3), 0.01);  // two plans; bars of energy, bars of area
  EXPECT_EQ(column_of(cost, "circuits", "circuit").front(), "ADCs");
  EXPECT_THAT(column_of(cost, "circuits", "design"),
              IsSupersetOf({"before", "after", "after, one ADC design", "after, one per layer"}));
}

/// Whether the table of the section hides the column.
bool hides(const PageJson& section, const std::string& table, const std::string& column) {
  for (const PageJson& block : section.at("blocks"))
    for (const PageJson& candidate : block.value("tables", PageJson::array()))
      for (const PageJson& each : candidate.at("columns"))
        if (candidate.at("name") == table && each.at("name") == column)
          return each.value("hidden", false);
  ADD_FAILURE() << "no column " << column;
  return false;
}

// One run has its plans to choose from; of several there is one each.
TEST_F(SectionsTest, CircuitsNameTheirPlanWhereRunsStandSideBySide) {
  EXPECT_TRUE(hides(section("cost"), "circuits", "plan"));
  const PageJson both = data_of(report_of({folder_, runs_.make("second")}));
  EXPECT_FALSE(hides(section_of(both, "cost"), "circuits", "plan"));
}

TEST_F(SectionsTest, CostsAreThoseOfTheFile) {
  edit(folder_ / "costs" / "L6-layer-wise.json", "\"energy_saved\": ", "\"energy_saved\": -");
  EXPECT_EQ(fact(section("cost"), "Energy saved"), "1.6 times as much");
}

// With zero detection reads of the recommended network are idle at another rate than those of the
// network as it came.
TEST_F(SectionsTest, CostsAreThoseOfTheNetworkThatIsRecommended) {
  const PageJson run = PageJson::parse(read_text_file(folder_ / "run.json"));
  const std::string recommended = run.value("recommended_network", "");
  ASSERT_THAT(recommended, Not(::testing::IsEmpty()));
  std::filesystem::copy_file(folder_ / "costs" / "L6-layer-wise.json",
                             folder_ / "costs" / "L6-layer-wise-recalibrated.json");
  edit(folder_ / "costs" / "L6-layer-wise-recalibrated.json",
       "\"energy_saved\": ", "\"energy_saved\": -");
  edit(folder_ / "run.json", "\"cost-L6-layer-wise\": ",
       "\"cost-L6-layer-wise-recalibrated\": 0.1, \"cost-L6-layer-wise\": ");
  const PageJson cost = section("cost");
  EXPECT_EQ(fact(cost, "Energy saved"), "1.6 times as much");
  EXPECT_THAT(column_of(cost, "totals", "plan"),
              IsSupersetOf({"L6-layer-wise", "L6-layer-wise-recalibrated"}));
}

// Two plans of as many levels have ADCs that cost the same.
TEST_F(SectionsTest, EqualCostsShareARow) {
  std::filesystem::copy_file(folder_ / "costs" / "L6-layer-wise.json",
                             folder_ / "costs" / "L6-min-max.json");
  edit(folder_ / "run.json",
       "\"cost-L6-layer-wise\": ", "\"cost-L6-min-max\": 0.1, \"cost-L6-layer-wise\": ");
  EXPECT_THAT(column_of(section("cost"), "totals", "plan"),
              ElementsAre("L4-layer-wise", "L6-layer-wise, L6-min-max"));
}

TEST_F(SectionsTest, SeveralRunsHaveTheirBarsSideBySide) {
  const auto other = runs_.make("other");
  const PageJson cost = section_of(data_of(report_of({folder_, other})), "cost");
  EXPECT_THAT(column_of(cost, "circuits", "design"),
              IsSupersetOf({"run · before", "run · after", "other · after"}));
  EXPECT_THAT(column_of(cost, "circuits", "plan"), Not(Contains("L4-layer-wise")));
}

// 80 images; the lossless network has 77 right, the chosen plan 74, and 3 may be lost.
TEST_F(SectionsTest, LevelsShowTheFrontTheBudgetAndTheChosenPlan) {
  const PageJson levels = section("levels");
  EXPECT_EQ(column_of(levels, "plans", "kind").back(), "chosen");
  EXPECT_EQ(column_of(levels, "plans", "accuracy").back(), 92.5);
  EXPECT_EQ(column_of(levels, "plans", "test").back(), 79.5);
  EXPECT_THAT(column_of(levels, "lines", "label"),
              ElementsAre("lossless", "budget: 3.75 points lost"));
  EXPECT_THAT(column_of(levels, "lines", "accuracy"), ElementsAre(96.25, 92.5));
  EXPECT_EQ(fact(levels, "Levels"), "4 to 6");
  EXPECT_EQ(fact(levels, "ADC energy"), "6.10 µJ");
}

// 77 answers less 70.
TEST_F(SectionsTest, SensitivitiesArePointsLost) {
  const PageJson levels = section("levels");
  EXPECT_EQ(column_of(levels, "cells", "column").front(), 3);
  EXPECT_EQ(column_of(levels, "cells", "value").front(), 8.75);
}

TEST_F(SectionsTest, ABudgetOnCostIsDrawnThere) {
  edit(folder_ / "allocation.json", "\"lost_answers\": 3", "\"cost\": 5000000000");
  EXPECT_THAT(column_of(section("levels"), "lines", "cost"), ElementsAre(nullptr, 5000.0));
}

TEST_F(SectionsTest, AnAllocationByAreaIsInSquareMillimetres) {
  edit(folder_ / "allocation.json", "fJ per image", "1e-3 um2");
  edit(folder_ / "allocation.json", "\"cost\": 6095860533", "\"cost\": 1500000000");
  EXPECT_EQ(fact(section("levels"), "ADC area"), "1.500 mm²");
}

TEST_F(SectionsTest, LevelsSayWhatToDoWhereNoPlanKeepsTheBudget) {
  edit(folder_ / "allocation.json", "\"best\"", "\"other\"");
  EXPECT_THAT(section("levels").dump(), HasSubstr("allocate.max_loss"));
}

// 50 images: 49 right with only the first layer's ADCs, 46 with all but them, 44 with all.
TEST_F(SectionsTest, DiagnosisSaysWhatALayerCosts) {
  const PageJson diagnosis = section("diagnosis");
  EXPECT_EQ(column_of(diagnosis, "layers", "alone").front(), 98.0);
  EXPECT_EQ(column_of(diagnosis, "layers", "without").front(), 92.0);
  EXPECT_NEAR(column_of(diagnosis, "worst", "regained").front().get<double>(), 4, 1e-9);
  EXPECT_EQ(column_of(diagnosis, "worst", "remedy").front(),
            "a wider range: 3.5 % of the sums are clipped");
  EXPECT_THAT(column_of(diagnosis, "lines", "accuracy"), ElementsAre(94.0, 88.0, 94.0, 92.0));
}

TEST_F(SectionsTest, DiagnosisSaysWhatEachInputBitCosts) {
  const PageJson diagnosis = section("diagnosis");
  EXPECT_THAT(column_of(diagnosis, "bits", "bit"), ElementsAre(0, 1, 2, 3, 0, 1, 2, 3));
  EXPECT_NEAR(column_of(diagnosis, "bits", "ones").front().get<double>(), 30, 2);
  edit(folder_ / "explanations" / "L4-layer-wise.json", "\"ones\": 0.", "\"ones\": 0.9");
  EXPECT_GT(column_of(section("diagnosis"), "bits", "ones").front().get<double>(), 90);
}

TEST_F(SectionsTest, DiagnosisSaysWhereNoLayerLosesAnswers) {
  edit(folder_ / "explanations" / "L6-layer-wise-recalibrated.json", "\"worst\"", "\"others\"");
  EXPECT_THAT(column_of(section("diagnosis"), "worst", "remedy"),
              Contains("no layer loses answers"));
}

TEST_F(SectionsTest, DiagnosisTellsNetworksUnderOnePlanApart) {
  std::filesystem::rename(folder_ / "explanations" / "L4-layer-wise.json",
                          folder_ / "explanations" / "L6-layer-wise-retrained.json");
  edit(folder_ / "run.json", "explain-L4-layer-wise", "explain-L6-layer-wise-retrained");
  EXPECT_THAT(column_of(section("diagnosis"), "lines", "plan"),
              ElementsAre("L6-layer-wise, recalibrated", "L6-layer-wise, recalibrated",
                          "L6-layer-wise, retrained", "L6-layer-wise, retrained"));
}

// JSON has no number for a signal without noise.
TEST_F(SectionsTest, ALayerThatLosesNothingHasNoNoise) {
  edit(folder_ / "explanations" / "L6-layer-wise-recalibrated.json", "\"signal_to_noise_db\": 1",
       "\"signal_to_noise_db\": null, \"other\": 1");
  EXPECT_THAT(column_of(section("diagnosis"), "layers", "noise"), Contains(nullptr));
}

TEST_F(SectionsTest, AMissingFieldIsAnErrorThatNamesItAndItsFile) {
  edit(folder_ / "allocation.json", "\"images\"", "\"pictures\"");
  try {
    report_of({folder_});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(),
                HasSubstr("allocation.json: an allocation is damaged: field 'images'"));
  }
}

}  // namespace
}  // namespace bitline
