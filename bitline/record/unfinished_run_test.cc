#include "bitline/record/unfinished_run.h"

#include <gtest/gtest.h>

#include "bitline/testing/records.h"

namespace bitline {
namespace {

const std::string kText = R"({
 "bitline": "0.4.0",
 "config": "seed = 1\n",
 "plans": [
  {
   "name": "L4-layer-wise",
   "search": {
    "value": 0.75,
    "lower": 0.5,
    "upper": 0.875
   }
  },
  {
   "name": "L8-layer-wise",
   "validation": {
    "value": 0.25,
    "lower": 0.125,
    "upper": 0.5
   },
   "test": {
    "value": 0.5,
    "lower": 0.25,
    "upper": 0.75
   }
  }
 ]
}
)";

TEST(UnfinishedRun, GoesRound) {
  const UnfinishedRun run{
      "0.4.0",
      "seed = 1\n",
      {{"L4-layer-wise", Interval{0.75, 0.5, 0.875}, {}, {}},
       {"L8-layer-wise", {}, Interval{0.25, 0.125, 0.5}, Interval{0.5, 0.25, 0.75}}}};
  EXPECT_EQ(to_json(run), kText);
  EXPECT_EQ(unfinished_run_from_json(kText), run);
}

TEST(UnfinishedRun, SaysWhatIsMissing) {
  EXPECT_EQ(test::refusal(unfinished_run_from_json, test::with(kText, "\"name\"", "\"title\"")),
            "an unfinished run is damaged: field 'name' is missing");
}

}  // namespace
}  // namespace bitline
