#include <fmt/format.h>

#include "bitline/adc/adc_text.h"
#include "bitline/adc/stream_tables.h"
#include "bitline/report/labels.h"
#include "bitline/report/sections.h"

namespace bitline {
namespace {

constexpr std::size_t kThresholdsShown = 16;

void add_plan(const RunRecord& run, PageTable& table) {
  const auto recommended = run.recommended();
  if (!recommended) return;
  const PlanRecord* plan = run.plan_of(run.results[*recommended]);
  if (plan == nullptr) return;
  for (const std::string& layer : layers_in_order(run)) {
    const auto found = plan->plan.layers.find(layer);
    if (found == plan->plan.layers.end()) continue;
    const PlannedAdc& adc = found->second;
    const CodeTable codes = widest_table(adc.spec, adc.sums);
    table.add({run.name, layer, name_of(adc.spec.quantizer), codes.levels(),
               delta_text(adc.spec, "–"), step_text(adc, "–"),
               signed_text(fmt::format("{} to {}", adc.sums.minimum, adc.sums.maximum)),
               signed_text(thresholds_by_stream(adc, kThresholdsShown, "…"))});
  }
}

}  // namespace

PageSection plan_section(const Runs& runs) {
  PageSection section{"plan", "Plan", "The recommended ADCs, layer by layer."};
  PageTable table("plan", {{"run", "Run", {}, true},
                           {"layer", "Layer"},
                           {"quantizer", "Quantizer"},
                           {"levels", "Levels", 0},
                           {"delta", "δ, LSB", {}, false, true},
                           {"step", "Step Δ, LSB", {}, false, true},
                           {"sums", "Possible sums, LSB", {}, false, true},
                           {"thresholds", "Thresholds, LSB"}});
  for (const RunRecord& run : runs) add_plan(run, table);
  if (table.empty())
    section.blocks.push_back(page_text("No plan is recommended.", "note"));
  else
    section.blocks.push_back(
        page_table("Range and thresholds; a code begins at its threshold", table, {run_choice()}));
  return section;
}

}  // namespace bitline
