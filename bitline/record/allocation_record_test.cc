#include "bitline/record/allocation_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/testing/records.h"

namespace bitline {
namespace {

using test::refusal;
using test::with;

const std::string kText = R"({
 "cost_unit": "1e-3 um2",
 "baseline_cost": 1000,
 "images": 80,
 "validation_images": 40,
 "lossless": {
  "correct": 77,
  "validated": 39,
  "loss": 800,
  "test_accuracy": {
   "value": 0.75,
   "lower": 0.5,
   "upper": 0.875
  }
 },
 "budget": {
  "lost_answers": 3
 },
 "divisions_tried": 4,
 "sensitivities": {
  "second": [
   {
    "levels": 3,
    "cost": 25,
    "correct": 70,
    "loss": 1200
   }
  ],
  "first": [
   {
    "levels": 4,
    "cost": 50,
    "correct": 75,
    "loss": 1100
   }
  ]
 },
 "front": [
  {
   "cost": 75,
   "correct": 69,
   "loss": 1300,
   "levels": {
    "first": 4,
    "second": 3
   },
   "file": "front/001.json"
  }
 ],
 "uniform": [
  {
   "levels": 4,
   "cost": 100,
   "correct": 76,
   "validated": 38,
   "loss": 900,
   "test_accuracy": {
    "value": 0.5,
    "lower": 0.25,
    "upper": 0.75
   },
   "better_than_allocated": {
    "value": 0.125,
    "lower": -0.125,
    "upper": 0.25
   }
  }
 ],
 "best": {
  "cost": 90,
  "correct": 74,
  "loss": 1000,
  "levels": {
   "first": 4,
   "second": 6
  },
  "validated": 37,
  "test_accuracy": {
   "value": 0.375,
   "lower": 0.25,
   "upper": 0.5
  }
 },
 "saved": {
  "against_levels": 4,
  "share": 0.125
 }
}
)";

AllocationRecord allocation() {
  AllocationRecord allocation;
  allocation.cost_unit = CostUnit::kArea;
  allocation.baseline_cost = 1000;
  allocation.images = 80;
  allocation.validation_images = 40;
  allocation.lossless = {77, 39, 800, {0.75, 0.5, 0.875}};
  allocation.lost_answers = 3;
  allocation.divisions_tried = 4;
  allocation.sensitivities = {{"second", {{3, 25, 70, 1200}}}, {"first", {{4, 50, 75, 1100}}}};
  AllocationRecord::Unbeaten unbeaten;
  unbeaten.plan = {75, 69, 1300, {{"first", 4}, {"second", 3}}};
  unbeaten.file = "front/001.json";
  allocation.front.push_back(unbeaten);
  allocation.uniform = {{{4, 100, 76, 900}, 38, {0.5, 0.25, 0.75}, Interval{0.125, -0.125, 0.25}}};
  AllocationRecord::Best best;
  best.plan = {90, 74, 1000, {{"first", 4}, {"second", 6}}};
  best.validated = 37;
  best.test_accuracy = {0.375, 0.25, 0.5};
  allocation.best = best;
  allocation.saved = {4, 0.125};
  return allocation;
}

TEST(AllocationRecord, GoesRound) {
  EXPECT_EQ(to_json(allocation()), kText);
  EXPECT_EQ(allocation_from_json(kText), allocation());
}

TEST(AllocationRecord, GoesRoundWhereNoPlanKeepsABudgetOnCost) {
  AllocationRecord none = allocation();
  none.cost_unit = CostUnit::kEnergy;
  none.lost_answers.reset();
  none.largest_cost = 20;
  none.uniform.front().better_than_allocated.reset();
  none.best.reset();
  none.saved.reset();
  const std::string text = to_json(none);
  EXPECT_THAT(text, ::testing::HasSubstr("\"budget\": {\n  \"cost\": 20\n }"));
  EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("best")));
  EXPECT_EQ(allocation_from_json(text), none);
}

TEST(AllocationRecord, OfAnOlderProgramHasNothingValidated) {
  const AllocationRecord older = allocation_from_json(
      with(with(kText, " \"validation_images\": 40,", ""), "  \"validated\": 39,", ""));
  EXPECT_EQ(older.validation_images, 0);
  EXPECT_EQ(older.lossless.validated, 0);
}

TEST(AllocationRecord, SaysWhatIsDamaged) {
  EXPECT_EQ(refusal(allocation_from_json, with(kText, "lost_answers", "answers")),
            "an allocation is damaged: budget: field 'lost_answers' is missing");
  EXPECT_EQ(refusal(allocation_from_json, with(kText, "\"correct\": 69", "\"correct\": \"most\"")),
            "an allocation is damaged: front[0]: field 'correct' is \"most\", which cannot be");
  EXPECT_EQ(refusal(allocation_from_json, with(kText, "\"second\": 6", "\"third\": 6")),
            "an allocation is damaged: best: field 'levels' has no layer second");
  EXPECT_EQ(refusal(allocation_from_json, with(kText, "1e-3 um2", "acres")),
            "an allocation is damaged: unit of costs 'acres' is unknown; choose one of fJ per "
            "image, 1e-3 um2");
  EXPECT_EQ(refusal(allocation_from_json, with(kText, "\"levels\": 3", "\"steps\": 3")),
            "an allocation is damaged: sensitivities.second: field 'levels' is missing");
}

}  // namespace
}  // namespace bitline
