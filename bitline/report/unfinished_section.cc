#include "bitline/report/labels.h"
#include "bitline/report/sections.h"

namespace bitline {
namespace {

/// Of a share, in per cent; null where it was not measured.
PageJson per_cent(const std::optional<Interval>& accuracy) {
  return accuracy ? PageJson(in_per_cent(*accuracy).value) : PageJson();
}

}  // namespace

PageSection unfinished_section(const UnfinishedRun& run) {
  PageSection section{
      "unfinished", "Unfinished run",
      "The run was stopped. This is what it had measured by then; empty fields were not measured. "
      "The same command goes on."};
  PageTable table("unfinished", {{"plan", "Network or plan"},
                                 {"search", "Search sample, %", 2},
                                 {"validation", "Validation, %", 2},
                                 {"test", "Test, %", 2}});
  for (const FinishedPlan& plan : run.plans)
    table.add({plan.name, per_cent(plan.search), per_cent(plan.validation), per_cent(plan.test)});
  section.blocks.push_back(page_table("Top-1 accuracy", table));
  section.blocks.push_back(page_code("Configuration as used", run.config, "Copy configuration"));
  return section;
}

}  // namespace bitline
