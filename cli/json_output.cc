#include "cli/json_output.h"

#include <fmt/format.h>

#include "bitline/record/interval.h"

namespace bitline::cli {
namespace {

Json text_or_null(std::string_view text) { return text.empty() ? Json() : Json(text); }

Json json_of(const ResultRow& row) {
  Json json{{"levels", row.levels == 0 ? Json() : Json(row.levels)},
            {"float", row.real},
            {"ranges", text_or_null(row.ranges)},
            {"treatment", text_or_null(name_of(row.treatment))},
            {"search_accuracy", json_of(row.search_accuracy)},
            {"search_loss_points", row.search_loss},
            {"validation_accuracy", json_of(row.validation_accuracy)},
            {"validation_loss_points", row.validation_loss.to_double()},
            {"test_accuracy", json_of(row.test_accuracy)}};
  if (row.test_top_five) json["test_top5_accuracy"] = json_of(*row.test_top_five);
  json["test_loss_points"] = json_of(row.test_loss);
  json["name"] = text_or_null(artefact_name(row));
  json["plan"] = text_or_null(row.plan);
  json["network"] = text_or_null(row.network);
  return json;
}

}  // namespace

void print_json(const Json& document) {
  fmt::print("{}\n", json_text(document, 2, WrongUtf8::kReplace));
}

Json json_of(const AdcPlan& plan) { return parse_json(to_json(plan)); }

Json json_of(const Evaluation& evaluation) {
  Json json{{"images", evaluation.score.images},
            {"correct", evaluation.score.correct},
            {"accuracy", json_of(accuracy_of(evaluation))}};
  if (const auto top_five = top_five_accuracy_of(evaluation))
    json["top5_accuracy"] = json_of(*top_five);
  json["cross_entropy"] = mean_loss_of(evaluation);
  return json;
}

Json json_of(const std::vector<ResultRow>& rows) {
  Json json = Json::array();
  for (const ResultRow& row : rows) json.push_back(json_of(row));
  return json;
}

}  // namespace bitline::cli
