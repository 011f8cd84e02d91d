#include <fmt/format.h>

#include "bitline/adc/adc_text.h"
#include "bitline/adc/stream_tables.h"
#include "bitline/report/labels.h"
#include "bitline/report/sections.h"

namespace bitline {
namespace {

constexpr std::size_t kThresholdsShown = 16;

void add_plan(const RunRecord& run, PageTable& table) {
  const ResultRow* best = run.best_row();
  const PlanRecord* plan = best == nullptr ? nullptr : run.plan_of(*best);
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

std::string none_recommended(const RunRecord& run) {
  const ResultRow* best = run.best_row();
  if (best == nullptr) return fmt::format("{}: there is no plan.", run.name);
  return fmt::format("{}: no plan is recommended; these are the ADCs of {}, which came closest.",
                     run.name, artefact_name(*best));
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
  for (const RunRecord& run : runs)
    if (!run.recommended()) section.blocks.push_back(page_text(none_recommended(run), "note"));
  if (!table.empty())
    section.blocks.push_back(
        page_table("Range and thresholds; a code begins at its threshold", table, {run_choice()}));
  return section;
}

}  // namespace bitline
