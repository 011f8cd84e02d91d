#include "bitline/record/unfinished_run.h"

#include "bitline/record/json_fields.h"

namespace bitline {
namespace {

/// The accuracies of a plan and their members.
template <typename Plan, typename Visit>
void visit_accuracies(Plan& plan, Visit visit) {
  visit("search", plan.search);
  visit("validation", plan.validation);
  visit("test", plan.test);
}

}  // namespace

std::string to_json(const UnfinishedRun& run) {
  Json plans = Json::array();
  for (const FinishedPlan& plan : run.plans) {
    Json json{{"name", plan.name}};
    visit_accuracies(plan, [&json](const char* name, const std::optional<Interval>& accuracy) {
      if (accuracy) json[name] = json_of(*accuracy);
    });
    plans.push_back(json);
  }
  const Json json{{"bitline", run.version}, {"config", run.config}, {"plans", plans}};
  return json_text(json, 1) + "\n";
}

UnfinishedRun unfinished_run_from_json(std::string_view text) {
  return read_document("an unfinished run", text, [](const Json& json) {
    UnfinishedRun run{field<std::string>(json, "bitline"), field<std::string>(json, "config"), {}};
    for (const Json& entry : member(json, "plans")) {
      FinishedPlan& plan = run.plans.emplace_back();
      plan.name = field<std::string>(entry, "name");
      visit_accuracies(plan, [&entry](const char* name, std::optional<Interval>& accuracy) {
        if (has_field(entry, name)) accuracy = interval_from_json(entry.at(name));
      });
    }
    return run;
  });
}

}  // namespace bitline
