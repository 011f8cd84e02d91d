#include "bitline/record/explanation_record.h"

#include <algorithm>

#include "bitline/base/fail.h"
#include "bitline/record/json_fields.h"

namespace bitline {
namespace {

using ExplainedLayer = ExplanationRecord::Layer;
using Stream = ExplanationRecord::Stream;

Json json_of(const ExplainedLayer& layer) {
  Json json{{"layer", layer.name},
            {"levels", layer.levels},
            {"delta", layer.delta ? Json(to_string(*layer.delta)) : Json()},
            {"mean_error_share", layer.mean_error_share},
            {"alone", json_of(layer.alone)},
            {"without", json_of(layer.without)},
            {"clipped_by_stream", layer.clipped_by_stream},
            {"clipped", layer.clipped},
            {"levels_used", layer.levels_used},
            {"remedy", layer.remedy}};
  json["signal_to_noise_db"] = layer.signal_to_noise ? Json(*layer.signal_to_noise) : Json();
  return json;
}

Json json_of(const Stream& stream) {
  return {{"ones", stream.ones}, {"alone", stream.alone ? json_of(*stream.alone) : Json()}};
}

std::optional<Rational> read_delta(const Json& json) {
  const auto text = optional_field<std::string>(json, "delta");
  if (!text) return std::nullopt;
  return with_context("field 'delta'", [&] { return parse_rational(*text); });
}

ExplainedLayer read_explained_layer(const Json& json) {
  ExplainedLayer layer;
  layer.name = field<std::string>(json, "layer");
  layer.levels = field<std::int64_t>(json, "levels");
  layer.delta = read_delta(json);
  layer.mean_error_share = field<double>(json, "mean_error_share");
  layer.alone = part(json, "alone", score_from_json);
  layer.without = part(json, "without", score_from_json);
  layer.clipped_by_stream = field<std::vector<double>>(json, "clipped_by_stream");
  layer.clipped = field<double>(json, "clipped");
  layer.levels_used = field<std::int64_t>(json, "levels_used");
  layer.remedy = field<std::string>(json, "remedy");
  layer.signal_to_noise = optional_field<double>(json, "signal_to_noise_db");
  return layer;
}

Stream read_stream(const Json& json) {
  return {field<double>(json, "ones"), optional_part(json, "alone", score_from_json)};
}

Json json_of(const ExplanationRecord::Trials& trials) {
  Json json{{"on_validation", trials.on_validation},
            {"plan", json_of(trials.plan)},
            {"changes", Json::array()}};
  for (const auto& change : trials.changes)
    json["changes"].push_back({{"what", change.what}, {"score", json_of(change.score)}});
  return json;
}

ExplanationRecord::Trials read_trials(const Json& json) {
  return {field<bool>(json, "on_validation"), part(json, "plan", score_from_json),
          list_of(json, "changes", [](const Json& change) {
            return ExplanationRecord::Trials::Change{field<std::string>(change, "what"),
                                                     part(change, "score", score_from_json)};
          })};
}

ExplanationRecord read_explanation(const Json& json) {
  ExplanationRecord explanation;
  explanation.statistics_of_plan = newer_field<bool>(json, "statistics_of_plan");
  explanation.lossless = part(json, "lossless", score_from_json);
  explanation.plan = part(json, "plan", score_from_json);
  explanation.layers = list_of(json, "layers", read_explained_layer);
  explanation.streams = list_of(json, "streams", read_stream);
  explanation.trials = optional_part(json, "trials", read_trials);
  if (has_field(json, "worst")) explanation.worst = field<std::vector<std::string>>(json, "worst");
  for (const std::string& name : explanation.worst)
    if (std::ranges::find(explanation.layers, name, &ExplainedLayer::name) ==
        explanation.layers.end())
      fail("field 'worst' names {}, which is none of the layers", name);
  return explanation;
}

}  // namespace

std::string to_json(const ExplanationRecord& explanation) {
  Json json{{"statistics_of_plan", explanation.statistics_of_plan},
            {"lossless", json_of(explanation.lossless)},
            {"plan", json_of(explanation.plan)},
            {"layers", Json::array()},
            {"streams", Json::array()}};
  for (const ExplainedLayer& layer : explanation.layers) json["layers"].push_back(json_of(layer));
  for (const Stream& stream : explanation.streams) json["streams"].push_back(json_of(stream));
  if (!explanation.worst.empty()) json["worst"] = explanation.worst;
  if (explanation.trials) json["trials"] = json_of(*explanation.trials);
  return json_text(json, 2) + "\n";
}

ExplanationRecord explanation_from_json(std::string_view text) {
  return read_document("an explanation", text, read_explanation);
}

}  // namespace bitline
