#include "bitline/record/allocation_record.h"

#include "bitline/base/fail.h"
#include "bitline/record/json_fields.h"

namespace bitline {
namespace {

using Record = AllocationRecord;

Json json_of(const Record::Lossless& lossless) {
  return {{"correct", lossless.correct},
          {"validated", lossless.validated},
          {"loss", lossless.loss},
          {"test_accuracy", json_of(lossless.test_accuracy)}};
}

Json budget_json(const Record& allocation) {
  if (allocation.largest_cost) return {{"cost", *allocation.largest_cost}};
  if (allocation.lost_answers) return {{"lost_answers", *allocation.lost_answers}};
  return Json::object();
}

Json json_of(const Record::Choice& choice) {
  return {{"levels", choice.levels},
          {"cost", choice.cost},
          {"correct", choice.correct},
          {"loss", choice.loss}};
}

Json json_of(const Record::Plan& plan) {
  return {
      {"cost", plan.cost}, {"correct", plan.correct}, {"loss", plan.loss}, {"levels", plan.levels}};
}

Json json_of(const Record::Unbeaten& unbeaten) {
  Json json = json_of(unbeaten.plan);
  json["file"] = unbeaten.file;
  return json;
}

Json json_of(const Record::Uniform& uniform) {
  Json json{{"levels", uniform.choice.levels},   {"cost", uniform.choice.cost},
            {"correct", uniform.choice.correct}, {"validated", uniform.validated},
            {"loss", uniform.choice.loss},       {"test_accuracy", json_of(uniform.test_accuracy)}};
  if (uniform.better_than_allocated)
    json["better_than_allocated"] = json_of(*uniform.better_than_allocated);
  return json;
}

Json json_of(const Record::Best& best) {
  Json json = json_of(best.plan);
  json["validated"] = best.validated;
  json["test_accuracy"] = json_of(best.test_accuracy);
  return json;
}

template <typename T>
Json list_json(const std::vector<T>& values) {
  Json list = Json::array();
  for (const T& value : values) list.push_back(json_of(value));
  return list;
}

Record::Lossless read_lossless(const Json& json) {
  return {whole(json, "correct"), newer_field<std::int64_t>(json, "validated"), whole(json, "loss"),
          part(json, "test_accuracy", interval_from_json)};
}

Record::Choice read_choice(const Json& json) {
  return {whole(json, "levels"), whole(json, "cost"), whole(json, "correct"), whole(json, "loss")};
}

Record::Sensitivity read_sensitivity(const std::string& layer, const Json& choices) {
  Record::Sensitivity sensitivity{layer, {}};
  for (const Json& choice : choices) sensitivity.choices.push_back(read_choice(choice));
  return sensitivity;
}

Record::Plan read_plan(const Json& json, const std::vector<Record::Sensitivity>& layers) {
  Record::Plan plan{whole(json, "cost"), whole(json, "correct"), whole(json, "loss"),
                    field<std::map<std::string, std::int64_t>>(json, "levels")};
  for (const Record::Sensitivity& own : layers)
    if (!plan.levels.contains(own.layer)) fail("field 'levels' has no layer {}", own.layer);
  return plan;
}

Record::Uniform read_uniform(const Json& json) {
  return {read_choice(json), newer_field<std::int64_t>(json, "validated"),
          part(json, "test_accuracy", interval_from_json),
          optional_part(json, "better_than_allocated", interval_from_json)};
}

Record::Saving read_saving(const Json& json) {
  return {whole(json, "against_levels"), field<double>(json, "share")};
}

void read_budget(const Json& json, Record& allocation) {
  allocation.largest_cost = optional_field<std::int64_t>(json, "cost");
  if (!allocation.largest_cost) allocation.lost_answers = whole(json, "lost_answers");
}

/// Every plan has levels for the layers that were asked about.
void read_plans(const Json& json, Record& allocation) {
  allocation.sensitivities = members_of(json, "sensitivities", read_sensitivity);
  if (allocation.sensitivities.empty()) fail("field 'sensitivities' has no layer");
  allocation.front = list_of(json, "front", [&allocation](const Json& unbeaten) {
    return Record::Unbeaten{read_plan(unbeaten, allocation.sensitivities),
                            newer_field<std::string>(unbeaten, "file")};
  });
  allocation.uniform = list_of(json, "uniform", read_uniform);
  allocation.best = optional_part(json, "best", [&allocation](const Json& best) {
    return Record::Best{read_plan(best, allocation.sensitivities),
                        newer_field<std::int64_t>(best, "validated"),
                        part(best, "test_accuracy", interval_from_json)};
  });
}

Record read_allocation(const Json& json) {
  Record allocation;
  allocation.cost_unit = field<CostUnit>(json, "cost_unit");
  allocation.baseline_cost = whole(json, "baseline_cost");
  allocation.images = whole(json, "images");
  allocation.validation_images = newer_field<std::int64_t>(json, "validation_images");
  allocation.lossless = part(json, "lossless", read_lossless);
  part(json, "budget", [&](const Json& budget) { read_budget(budget, allocation); });
  allocation.divisions_tried = newer_field<std::int64_t>(json, "divisions_tried");
  read_plans(json, allocation);
  allocation.saved = optional_part(json, "saved", read_saving);
  return allocation;
}

}  // namespace

Json json_of(const AllocationRecord& allocation) {
  Json json{{"cost_unit", name_of(allocation.cost_unit)},
            {"baseline_cost", allocation.baseline_cost},
            {"images", allocation.images},
            {"validation_images", allocation.validation_images},
            {"lossless", json_of(allocation.lossless)},
            {"budget", budget_json(allocation)},
            {"divisions_tried", allocation.divisions_tried}};
  for (const Record::Sensitivity& own : allocation.sensitivities)
    json["sensitivities"][own.layer] = list_json(own.choices);
  json["front"] = list_json(allocation.front);
  json["uniform"] = list_json(allocation.uniform);
  if (allocation.best) json["best"] = json_of(*allocation.best);
  if (allocation.saved)
    json["saved"] = {{"against_levels", allocation.saved->against_levels},
                     {"share", allocation.saved->share}};
  return json;
}

std::string to_json(const AllocationRecord& allocation) {
  return json_text(json_of(allocation), 1) + "\n";
}

AllocationRecord allocation_from_json(std::string_view text) {
  return read_document("an allocation", text, read_allocation);
}

}  // namespace bitline
