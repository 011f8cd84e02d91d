#include "bitline/options/model_config.h"

#include <fmt/ranges.h>

#include "bitline/base/fail.h"
#include "bitline/options/field_reader.h"

namespace bitline {
namespace {

void check_weights(const ConfigTable& table, const ModelConfig& model) {
  if (!model.weights.empty() && !model.file.empty())
    fail_usage("model.weights goes with model.name; the network in model.file has its own weights");
  if (model.weights.empty() && (table.has("match") || table.has("rename")))
    fail_usage("model.match and model.rename say how to read model.weights; set that too");
  if (model.matching.match == WeightMatch::kOrder && !model.matching.rename.empty())
    fail_usage("model.match = \"order\" looks at no names; remove it or [model.rename]");
}

}  // namespace

ModelConfig read_model(const ConfigTable& table, std::uint64_t seed) {
  ModelConfig model;
  model.options.seed = seed;
  read_fields(table, model);
  check_weights(table, model);
  if (model.file.empty() == model.name.empty())
    fail_usage("set either model.file (a network file) or model.name ({})",
               fmt::join(model_names(), ", "));
  model.names_input = table.has("input");
  for (const char* key : {"width", "classes"})
    if (!model.file.empty() && table.has(key))
      fail_usage("model.{} goes with model.name; the network in model.file has its own", key);
  if (!model.name.empty() && model.options.input.size() != 3)
    fail_usage("model.input has {} numbers; give [channels, height, width]",
               model.options.input.size());
  return model;
}

}  // namespace bitline
