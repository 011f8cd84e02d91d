#include "bitline/record/cost_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/testing/records.h"

namespace bitline {
namespace {

using test::refusal;
using test::with;

const std::string kText = R"({
  "technology": "32 nm",
  "adc": "flash",
  "plan": {
    "area_mm2": {
      "arrays": 0.5,
      "ADCs": 0.25,
      "total": 0.75
    },
    "area_by_layer_mm2": {
      "ADCs": 0.125,
      "total": 0.125
    },
    "energy_nj_per_image": {
      "ADCs": 8.0,
      "total": 8.0
    },
    "time_us_per_image": 3.5,
    "images_per_second": 2000.0,
    "tops_per_watt": 1.5,
    "one_bit_tops_per_watt": 24.0,
    "tops_per_mm2": 0.0625,
    "one_bit_tops_per_mm2": 0.75,
    "layers": [
      {
        "name": "conv",
        "levels": 6,
        "area_mm2": {
          "ADCs": 0.5,
          "total": 0.5
        },
        "energy_nj_per_image": {
          "ADCs": 4.0,
          "total": 4.0
        },
        "time_us_per_image": 2.5
      }
    ]
  },
  "dummy_column": true,
  "idle_reads": {
    "conv": 0.375
  },
  "baseline_levels": 16,
  "baseline": {
    "area_mm2": {
      "total": 1.0
    },
    "area_by_layer_mm2": {
      "total": 2.0
    },
    "energy_nj_per_image": {
      "total": 3.0
    },
    "time_us_per_image": 4.0,
    "images_per_second": 5.0,
    "tops_per_watt": 6.0,
    "one_bit_tops_per_watt": 7.0,
    "tops_per_mm2": 8.0,
    "one_bit_tops_per_mm2": 9.0,
    "layers": [
      {
        "name": "conv",
        "levels": 16,
        "area_mm2": {
          "total": 10.0
        },
        "energy_nj_per_image": {
          "total": 11.0
        },
        "time_us_per_image": 12.0
      }
    ]
  },
  "area_saved": 0.25,
  "area_saved_by_layer": 0.5,
  "energy_saved": -0.125,
  "notes": [
    "cells cost more"
  ]
}
)";

CostRecord cost() {
  CostRecord cost;
  cost.technology = "32 nm";
  cost.adc = "flash";
  cost.plan = {{{{"arrays", 0.5}, {"ADCs", 0.25}}, 0.75},
               {{{"ADCs", 0.125}}, 0.125},
               {{{"ADCs", 8}}, 8},
               3.5,
               2000,
               1.5,
               24,
               0.0625,
               0.75,
               {{"conv", 6, {{{"ADCs", 0.5}}, 0.5}, {{{"ADCs", 4}}, 4}, 2.5}}};
  cost.dummy_column = true;
  cost.idle_reads = {{"conv", 0.375}};
  cost.baseline_levels = 16;
  cost.baseline = {{{}, 1}, {{}, 2}, {{}, 3}, 4, 5,
                   6,       7,       8,       9, {{"conv", 16, {{}, 10}, {{}, 11}, 12}}};
  cost.area_saved = 0.25;
  cost.area_saved_by_layer = 0.5;
  cost.energy_saved = -0.125;
  cost.notes = {"cells cost more"};
  return cost;
}

TEST(CostRecord, GoesRound) {
  EXPECT_EQ(to_json(cost()), kText);
  EXPECT_EQ(cost_from_json(kText), cost());
}

TEST(CostRecord, GoesRoundWithoutZeroDetectionAndNotes) {
  CostRecord plain = cost();
  plain.idle_reads.reset();
  plain.notes.clear();
  const std::string text = to_json(plain);
  EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("idle_reads")));
  EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("notes")));
  EXPECT_EQ(cost_from_json(text), plain);
}

TEST(CostRecord, SaysWhatIsDamaged) {
  EXPECT_EQ(refusal(cost_from_json, with(kText, "\"total\": 0.5", "\"all\": 0.5")),
            "a record of costs is damaged: plan: layers[0]: area_mm2: field 'total' is missing");
  EXPECT_EQ(refusal(cost_from_json, with(kText, "\"arrays\": 0.5", "\"arrays\": \"few\"")),
            "a record of costs is damaged: plan: area_mm2: field 'arrays' is \"few\", which cannot "
            "be");
  CostRecord fewer = cost();
  fewer.baseline.layers.clear();
  EXPECT_EQ(refusal(cost_from_json, to_json(fewer)),
            "a record of costs is damaged: the plan has 1 layers and the baseline 0");
}

}  // namespace
}  // namespace bitline
