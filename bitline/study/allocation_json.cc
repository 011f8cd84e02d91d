#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "bitline/record/interval.h"
#include "bitline/study/allocation.h"

namespace bitline {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const MeasuredPlan& measured) {
  Json json{
      {"cost", measured.cost}, {"correct", measured.score.correct}, {"loss", measured.score.loss}};
  for (const auto& [name, planned] : measured.plan.layers)
    json["levels"][name] = planned.spec.levels;
  return json;
}

Json json_of(const UniformPlan& uniform) {
  Json json{{"levels", uniform.levels},
            {"cost", uniform.plan.cost},
            {"correct", uniform.plan.score.correct},
            {"validated", uniform.validated},
            {"loss", uniform.plan.score.loss},
            {"test_accuracy", json_of(uniform.test_accuracy)}};
  if (uniform.better_than_best) json["better_than_allocated"] = json_of(*uniform.better_than_best);
  return json;
}

Json json_of(const std::vector<Sensitivity>& layer) {
  Json json;
  for (const Sensitivity& s : layer)
    json.push_back({{"levels", s.levels},
                    {"cost", s.cost},
                    {"correct", s.score.correct},
                    {"loss", s.score.loss}});
  return json;
}

}  // namespace

std::string to_json(const AllocationOutcome& outcome, bool by_area) {
  const LevelAllocation& allocation = outcome.allocation;
  Json json{{"cost_unit", by_area ? "1e-3 um2" : "fJ per image"},
            {"baseline_cost", outcome.baseline_cost},
            {"images", allocation.lossless.images},
            {"validation_images", outcome.validation_images}};
  json["lossless"] = {{"correct", allocation.lossless.correct},
                      {"validated", outcome.lossless_validated},
                      {"loss", allocation.lossless.loss},
                      {"test_accuracy", json_of(outcome.lossless_test)}};
  if (outcome.lost_answers) json["budget"] = {{"lost_answers", *outcome.lost_answers}};
  if (outcome.largest_cost) json["budget"] = {{"cost", *outcome.largest_cost}};
  for (std::size_t i = 0; i < outcome.layers.size(); ++i)
    json["sensitivities"][outcome.layers[i]] = json_of(allocation.sensitivities[i]);
  for (const MeasuredPlan& plan : allocation.front) {
    json["front"].push_back(json_of(plan));
    json["front"].back()["file"] = front_plan_name(json["front"].size() - 1);
  }
  for (const UniformPlan& plan : outcome.uniform) json["uniform"].push_back(json_of(plan));
  if (allocation.best) {
    json["best"] = json_of(*allocation.best);
    json["best"]["validated"] = outcome.best_validated;
    json["best"]["test_accuracy"] = json_of(outcome.best_test);
  }
  if (const auto saving = outcome.saving())
    json["saved"] = {{"against_levels", saving->levels}, {"share", saving->share}};
  return json.dump(1) + "\n";
}

std::string front_plan_name(std::size_t index) {
  return fmt::format("front/{:03}.json", index + 1);
}

}  // namespace bitline
