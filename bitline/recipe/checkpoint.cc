#include "bitline/recipe/checkpoint.h"

#include <nlohmann/json.hpp>

#include "bitline/base/fail.h"
#include "bitline/graph/network_file.h"

namespace bitline {
namespace {

constexpr const char* kStateKey = "bitline_training";
constexpr std::string_view kMomentumPrefix = "momentum/";
constexpr std::string_view kDeltaPrefix = "adc_delta/";
constexpr const char* kSumsTensor = "training_sums";  // doubles, kept to the bit

}  // namespace

void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  SafeTensors file = to_safetensors(checkpoint.network);
  for (const auto& [key, tensor] : checkpoint.momentum)
    file.tensors[std::string(kMomentumPrefix) + key] = tensor;
  for (const auto& [layer, delta] : checkpoint.deltas)
    file.tensors[std::string(kDeltaPrefix) + layer] = delta;
  const TrainingState& state = checkpoint.state;
  const double sums[] = {state.loss_sum, state.seconds};
  file.tensors[kSumsTensor] = Tensor::of<double>({2}, sums);
  const nlohmann::ordered_json json{{"epoch", state.epoch},
                                    {"images", state.images},
                                    {"correct", state.correct},
                                    {"best_epoch", state.best_epoch},
                                    {"best_correct", state.best_correct},
                                    {"searched_epoch", state.searched_epoch},
                                    {"start_correct", state.start_correct},
                                    {"learning_rate", state.learning_rate},
                                    {"plan", to_json(checkpoint.plan)},
                                    {"recipe", checkpoint.recipe_hash},
                                    {"bitline", checkpoint.version}};
  file.metadata[kStateKey] = json.dump();
  write_safetensors(path, file);
}

Checkpoint read_checkpoint(const std::filesystem::path& path) {
  const SafeTensors file = read_safetensors(path);
  return with_context(path.string(), [&file] {
    Checkpoint checkpoint;
    checkpoint.network = network_from_safetensors(file);
    const auto text = file.metadata.find(kStateKey);
    const auto sums = file.tensors.find(kSumsTensor);
    if (text == file.metadata.end() || sums == file.tensors.end() || sums->second.size() != 2)
      fail("a network, but no training checkpoint; start without --resume");
    try {
      const auto json = nlohmann::json::parse(text->second);
      checkpoint.state = {json.at("epoch"),
                          json.at("images"),
                          sums->second.data<double>()[0],
                          json.at("correct"),
                          sums->second.data<double>()[1],
                          json.at("best_epoch"),
                          json.at("best_correct"),
                          json.at("searched_epoch"),
                          json.value("start_correct", std::int64_t{-1}),
                          json.value("learning_rate", 0.0)};
      checkpoint.plan = plan_from_json(json.at("plan").get<std::string>());
      checkpoint.recipe_hash = json.at("recipe");
      checkpoint.version = json.value("bitline", "0.2.0");  // which did not say so
    } catch (const nlohmann::json::exception& error) {
      fail("the training state is damaged: {}", error.what());
    }
    for (const auto& [key, tensor] : file.tensors)
      if (key.starts_with(kMomentumPrefix))
        checkpoint.momentum[key.substr(kMomentumPrefix.size())] = tensor.clone();
      else if (key.starts_with(kDeltaPrefix))
        checkpoint.deltas[key.substr(kDeltaPrefix.size())] = tensor.clone();
    return checkpoint;
  });
}

}  // namespace bitline
