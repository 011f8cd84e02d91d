#include "bitline/record/mapping_record.h"

#include <gtest/gtest.h>

#include "bitline/testing/records.h"

namespace bitline {
namespace {

using test::refusal;
using test::with;

const std::string kText = R"({
 "array": {
  "rows": 128,
  "driven_rows": 64,
  "columns": 256,
  "cell_bits": 1,
  "dac_bits": 2,
  "encoding": "differential",
  "subtract": "analog",
  "offset_removal": "reference-column",
  "column_flip": "none",
  "row_order": "channel-major",
  "tile_cut": "full",
  "activation_encoding": "twos-complement",
  "columns_per_adc": 8,
  "first_layer": "mapped",
  "last_layer": "digital-integer"
 },
 "nodes": [
  {
   "name": "conv",
   "operator": "conv",
   "shape": [
    16,
    32
   ],
   "place": "array",
   "reason": "",
   "fan_in": 144,
   "tiles": 2,
   "planes": 3,
   "streams": 4,
   "arrays": 5,
   "columns": 192,
   "utilisation": 0.421875,
   "adcs": 24,
   "sums": [
    -128,
    127
   ],
   "partial_sum_bits": 9,
   "accumulator_bits": 16,
   "conversions": 393216,
   "reference_conversions": 7,
   "notes": [
    "a note"
   ]
  },
  {
   "name": "classifier",
   "operator": "linear",
   "shape": [
    10
   ],
   "place": "integers",
   "reason": "array.last_layer"
  }
 ]
}
)";

MappingRecord mapping() {
  MappingRecord::Layout layout{144,  2,   3, 4,  5,      192, 0.421875,  24,
                               -128, 127, 9, 16, 393216, 7,   {"a note"}};
  return {{{{"rows", 128},
            {"driven_rows", 64},
            {"columns", 256},
            {"cell_bits", 1},
            {"dac_bits", 2},
            {"encoding", "differential"},
            {"subtract", "analog"},
            {"offset_removal", "reference-column"},
            {"column_flip", "none"},
            {"row_order", "channel-major"},
            {"tile_cut", "full"},
            {"activation_encoding", "twos-complement"},
            {"columns_per_adc", 8},
            {"first_layer", "mapped"},
            {"last_layer", "digital-integer"}}},
          {{"conv", "conv", {16, 32}, Place::kArray, "", layout},
           {"classifier", "linear", {10}, Place::kIntegers, "array.last_layer", std::nullopt}}};
}

TEST(MappingRecord, GoesRound) {
  EXPECT_EQ(to_json(mapping()), kText);
  EXPECT_EQ(mapping_from_json(kText), mapping());
}

TEST(MappingRecord, GoesRoundWithAnArrayOfOneLayer) {
  MappingRecord own = mapping();
  own.nodes[0].array.keys = {{"rows", 64}, {"encoding", "offset"}};
  EXPECT_EQ(mapping_from_json(to_json(own)), own);
  EXPECT_NE(to_json(own), kText);
}

TEST(MappingRecord, SaysWhatIsDamaged) {
  EXPECT_EQ(refusal(mapping_from_json, with(kText, "\"dac_bits\"", "\"bits\"")),
            "a mapping is damaged: array: field 'dac_bits' is missing");
  EXPECT_EQ(refusal(mapping_from_json, with(kText, "\"integers\"", "\"paper\"")),
            "a mapping is damaged: nodes[1]: place 'paper' is unknown; choose one of array, "
            "integers, real, digital");
  EXPECT_EQ(refusal(mapping_from_json, with(kText, "\"integers\"", "\"array\"")),
            "a mapping is damaged: nodes[1]: field 'fan_in' is missing");
  EXPECT_EQ(refusal(mapping_from_json, with(kText, "-128,\n", "")),
            "a mapping is damaged: nodes[0]: field 'sums' has 1 numbers, not the smallest and the "
            "largest");
}

}  // namespace
}  // namespace bitline
