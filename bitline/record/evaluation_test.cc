#include "bitline/record/evaluation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/testing/records.h"

namespace bitline {
namespace {

using test::refusal;
using test::with;

const std::string kText = R"({
 "images": 3,
 "correct": 2,
 "top_five": 3,
 "loss": 1048576,
 "right": "101"
}
)";

TEST(EvaluationRecord, GoesRound) {
  const Evaluation evaluation{{3, 2, 1048576}, {true, false, true}, 3};
  EXPECT_EQ(to_json(evaluation), kText);
  EXPECT_EQ(evaluation_from_json(kText), evaluation);
}

TEST(EvaluationRecord, GoesRoundWithoutTopFive) {
  const Evaluation evaluation{{1, 0, 7}, {false}};
  EXPECT_EQ(to_json(evaluation).find("top_five"), std::string::npos);
  EXPECT_EQ(evaluation_from_json(to_json(evaluation)), evaluation);
}

TEST(EvaluationRecord, SaysWhatIsDamaged) {
  EXPECT_EQ(refusal(evaluation_from_json, with(kText, "loss", "lost")),
            "an evaluation is damaged: field 'loss' is missing");
  EXPECT_EQ(refusal(evaluation_from_json, with(kText, "1048576", "1.5")),
            "an evaluation is damaged: field 'loss' is 1.5, which cannot be");
  EXPECT_EQ(refusal(evaluation_from_json, with(kText, "\"101\"", "[1, 0, 1]")),
            "an evaluation is damaged: field 'right' is an array, which cannot be");
  for (const char* right : {"10", "1012", "1x1"})
    EXPECT_EQ(refusal(evaluation_from_json, with(kText, "101", right)),
              "an evaluation is damaged: field 'right' is not one 0 or 1 for each of 3 images");
  EXPECT_EQ(refusal(evaluation_from_json, "[]"),
            "an evaluation is damaged: it is no object in { }");
  EXPECT_THAT(refusal(evaluation_from_json, "{"),
              ::testing::StartsWith("an evaluation is damaged: it is not JSON"));
}

}  // namespace
}  // namespace bitline
