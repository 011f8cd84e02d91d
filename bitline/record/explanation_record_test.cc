#include "bitline/record/explanation_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/testing/records.h"

namespace bitline {
namespace {

using test::refusal;
using test::with;

const std::string kText = R"({
  "statistics_of_plan": true,
  "lossless": {
    "images": 50,
    "correct": 47,
    "loss": 100
  },
  "plan": {
    "images": 50,
    "correct": 44,
    "loss": 200
  },
  "layers": [
    {
      "layer": "conv",
      "levels": 6,
      "delta": "14/5",
      "mean_error_share": 0.125,
      "alone": {
        "images": 50,
        "correct": 48,
        "loss": 110
      },
      "without": {
        "images": 50,
        "correct": 46,
        "loss": 120
      },
      "clipped_by_stream": [
        0.5,
        0.0
      ],
      "clipped": 0.25,
      "levels_used": 5,
      "remedy": "more levels",
      "signal_to_noise_db": 11.5
    }
  ],
  "streams": [
    {
      "ones": 0.75,
      "alone": {
        "images": 50,
        "correct": 49,
        "loss": 90
      }
    }
  ],
  "worst": [
    "conv"
  ],
  "trials": {
    "on_validation": true,
    "plan": {
      "images": 60,
      "correct": 40,
      "loss": 300
    },
    "changes": [
      {
        "what": "conv: a wider range",
        "score": {
          "images": 60,
          "correct": 42,
          "loss": 290
        }
      }
    ]
  }
}
)";

ExplanationRecord explanation() {
  ExplanationRecord::Layer layer;
  layer.name = "conv";
  layer.levels = 6;
  layer.delta = Rational(14, 5);
  layer.mean_error_share = 0.125;
  layer.alone = {50, 48, 110};
  layer.without = {50, 46, 120};
  layer.clipped_by_stream = {0.5, 0};
  layer.clipped = 0.25;
  layer.levels_used = 5;
  layer.remedy = "more levels";
  layer.signal_to_noise = 11.5;
  return {true,
          {50, 47, 100},
          {50, 44, 200},
          {layer},
          {{0.75, ScoreRecord{50, 49, 90}}},
          {"conv"},
          ExplanationRecord::Trials{true, {60, 40, 300}, {{"conv: a wider range", {60, 42, 290}}}}};
}

TEST(ExplanationRecord, GoesRound) {
  EXPECT_EQ(to_json(explanation()), kText);
  EXPECT_EQ(explanation_from_json(kText), explanation());
}

TEST(ExplanationRecord, GoesRoundWhereNothingIsLost) {
  ExplanationRecord lossless = explanation();
  lossless.layers.front().delta.reset();
  lossless.layers.front().signal_to_noise.reset();
  lossless.streams.front().alone.reset();
  lossless.worst.clear();
  const std::string text = to_json(lossless);
  for (const char* part : {"\"delta\": null", "\"signal_to_noise_db\": null", "\"alone\": null"})
    EXPECT_THAT(text, ::testing::HasSubstr(part));
  EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("worst")));
  EXPECT_EQ(explanation_from_json(text), lossless);
}

TEST(ExplanationRecord, OfAnOlderProgramSaysNothingOfStatistics) {
  EXPECT_FALSE(
      explanation_from_json(with(kText, "\"statistics_of_plan\": true,", "")).statistics_of_plan);
}

TEST(ExplanationRecord, SaysWhatIsDamaged) {
  EXPECT_EQ(refusal(explanation_from_json, with(kText, "levels_used", "levels_seen")),
            "an explanation is damaged: layers[0]: field 'levels_used' is missing");
  EXPECT_EQ(refusal(explanation_from_json, with(kText, "\"correct\": 48", "\"right\": 48")),
            "an explanation is damaged: layers[0]: alone: field 'correct' is missing");
  EXPECT_THAT(refusal(explanation_from_json, with(kText, "14/5", "wide")),
              ::testing::StartsWith("an explanation is damaged: layers[0]: field 'delta': "));
  EXPECT_EQ(refusal(explanation_from_json, with(kText, "\"layer\": \"conv\"", "\"layer\": \"a\"")),
            "an explanation is damaged: field 'worst' names conv, which is none of the layers");
}

}  // namespace
}  // namespace bitline
