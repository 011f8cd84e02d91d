#include "bitline/record/score_record.h"

#include "bitline/record/json_fields.h"

namespace bitline {

Json json_of(const ScoreRecord& score) {
  return {{"images", score.images}, {"correct", score.correct}, {"loss", score.loss}};
}

ScoreRecord score_from_json(const Json& json) {
  return {field<std::int64_t>(json, "images"), field<std::int64_t>(json, "correct"),
          field<std::int64_t>(json, "loss")};
}

}  // namespace bitline
