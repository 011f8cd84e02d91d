#include <fmt/format.h>

#include "bitline/study/allocation.h"

namespace bitline {
namespace {

using Record = AllocationRecord;

Record::Plan record_of(const MeasuredPlan& measured) {
  Record::Plan record{measured.cost, measured.score.correct, measured.score.loss, {}};
  for (const auto& [name, planned] : measured.plan.layers)
    record.levels[name] = planned.spec.levels;
  return record;
}

Record::Uniform record_of(const UniformPlan& uniform) {
  const MeasuredPlan& plan = uniform.plan;
  return {{uniform.levels, plan.cost, plan.score.correct, plan.score.loss},
          uniform.validated,
          uniform.test_accuracy,
          uniform.better_than_best};
}

Record::Sensitivity record_of(const std::string& layer, const std::vector<Sensitivity>& measured) {
  Record::Sensitivity record{layer, {}};
  for (const Sensitivity& s : measured)
    record.choices.push_back({s.levels, s.cost, s.score.correct, s.score.loss});
  return record;
}

}  // namespace

AllocationRecord record_of(const AllocationOutcome& outcome, bool by_area) {
  const LevelAllocation& allocation = outcome.allocation;
  AllocationRecord record;
  record.cost_unit = by_area ? CostUnit::kArea : CostUnit::kEnergy;
  record.baseline_cost = outcome.baseline_cost;
  record.images = allocation.lossless.images;
  record.validation_images = outcome.validation_images;
  record.lossless = {allocation.lossless.correct, outcome.lossless_validated,
                     allocation.lossless.loss, outcome.lossless_test};
  record.lost_answers = outcome.lost_answers;
  record.largest_cost = outcome.largest_cost;
  record.divisions_tried = allocation.divisions;
  for (std::size_t i = 0; i < outcome.layers.size(); ++i)
    record.sensitivities.push_back(record_of(outcome.layers[i], allocation.sensitivities[i]));
  for (const MeasuredPlan& plan : allocation.front)
    record.front.push_back({record_of(plan), front_plan_name(record.front.size())});
  for (const UniformPlan& plan : outcome.uniform) record.uniform.push_back(record_of(plan));
  if (allocation.best)
    record.best = {record_of(*allocation.best), outcome.best_validated, outcome.best_test};
  if (const auto saving = outcome.saving()) record.saved = {saving->levels, saving->share};
  return record;
}

std::string front_plan_name(std::size_t index) {
  return fmt::format("front/{:03}.json", index + 1);
}

}  // namespace bitline
