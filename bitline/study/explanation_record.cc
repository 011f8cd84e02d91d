#include <cmath>

#include "bitline/study/evaluation.h"
#include "bitline/study/explanation.h"

namespace bitline {
namespace {

ExplanationRecord::Layer record_of(const LayerExplanation& layer) {
  ExplanationRecord::Layer record;
  record.name = layer.layer;
  record.levels = layer.levels;
  if (layer.adc.quantizer->has_range()) record.delta = layer.adc.delta;
  record.mean_error_share = layer.mean_error_share;
  record.alone = record_of(layer.alone);
  record.without = record_of(layer.without);
  record.clipped_by_stream = layer.clipped;
  record.clipped = layer.clipped_in_all;
  record.levels_used = layer.levels_used;
  record.remedy = layer.remedy;
  // Infinite where nothing is lost.
  if (std::isfinite(layer.signal_to_noise)) record.signal_to_noise = layer.signal_to_noise;
  return record;
}

ExplanationRecord::Stream record_of(const StreamExplanation& stream) {
  ExplanationRecord::Stream record{stream.ones, std::nullopt};
  if (stream.alone) record.alone = record_of(*stream.alone);
  return record;
}

}  // namespace

ExplanationRecord record_of(const Explanation& explanation) {
  ExplanationRecord record;
  record.statistics_of_plan = explanation.statistics_of_plan;
  record.lossless = record_of(explanation.lossless);
  record.plan = record_of(explanation.plan);
  for (const LayerExplanation& layer : explanation.layers)
    record.layers.push_back(record_of(layer));
  for (const StreamExplanation& stream : explanation.streams)
    record.streams.push_back(record_of(stream));
  for (const LayerExplanation* layer : explanation.worst()) record.worst.push_back(layer->layer);
  return record;
}

}  // namespace bitline
