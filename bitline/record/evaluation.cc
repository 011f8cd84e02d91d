#include "bitline/record/evaluation.h"

#include <algorithm>

#include "bitline/base/fail.h"
#include "bitline/record/json_fields.h"

namespace bitline {
namespace {

std::vector<bool> read_right(const Json& json, std::int64_t images) {
  const auto text = field<std::string>(json, "right");
  if (std::ssize(text) != images || text.find_first_not_of("01") != std::string::npos)
    fail("field 'right' is not one 0 or 1 for each of {} images", images);
  std::vector<bool> right;
  for (const char c : text) right.push_back(c == '1');
  return right;
}

}  // namespace

std::string to_json(const Evaluation& evaluation) {
  std::string right(evaluation.right.size(), '0');
  std::ranges::transform(evaluation.right, right.begin(), [](bool r) { return r ? '1' : '0'; });
  Json json{{"images", evaluation.score.images}, {"correct", evaluation.score.correct}};
  if (evaluation.top_five) json["top_five"] = *evaluation.top_five;
  json["loss"] = evaluation.score.loss;
  json["right"] = right;
  return json_text(json, 1) + "\n";
}

Evaluation evaluation_from_json(std::string_view text) {
  return read_document("an evaluation", text, [](const Json& json) {
    const ScoreRecord score = score_from_json(json);
    return Evaluation{score, read_right(json, score.images),
                      optional_field<std::int64_t>(json, "top_five")};
  });
}

}  // namespace bitline
