#include <cmath>

#include <nlohmann/json.hpp>

#include "bitline/study/explanation.h"

namespace bitline {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Score& score) {
  return {{"images", score.images}, {"correct", score.correct}, {"loss", score.loss}};
}

Json json_of(const LayerExplanation& layer) {
  Json json{{"layer", layer.layer},
            {"levels", layer.levels},
            {"delta", has_range(layer.adc.quantizer) ? Json(to_string(layer.adc.delta)) : Json()},
            {"mean_error_share", layer.mean_error_share},
            {"alone", json_of(layer.alone)},
            {"without", json_of(layer.without)},
            {"clipped_by_stream", layer.clipped},
            {"clipped", layer.clipped_in_all},
            {"levels_used", layer.levels_used},
            {"remedy", layer.remedy}};
  // Infinite where nothing is lost, which JSON has no number for.
  json["signal_to_noise_db"] =
      std::isfinite(layer.signal_to_noise) ? Json(layer.signal_to_noise) : Json();
  return json;
}

}  // namespace

std::string to_json(const Explanation& explanation) {
  Json json{{"statistics_of_plan", explanation.statistics_of_plan},
            {"lossless", json_of(explanation.lossless)},
            {"plan", json_of(explanation.plan)},
            {"layers", Json::array()},
            {"streams", Json::array()}};
  for (const LayerExplanation& layer : explanation.layers) json["layers"].push_back(json_of(layer));
  for (const StreamExplanation& stream : explanation.streams)
    json["streams"].push_back(
        {{"ones", stream.ones}, {"alone", stream.alone ? json_of(*stream.alone) : Json()}});
  for (const LayerExplanation* layer : explanation.worst()) json["worst"].push_back(layer->layer);
  return json.dump(2) + "\n";
}

}  // namespace bitline
