#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>

#include "bitline/base/fail.h"
#include "bitline/report/labels.h"
#include "bitline/report/sections.h"

namespace bitline {
namespace {

constexpr std::size_t kDesignHeight = 38;  // pixels

using Breakdown = CostRecord::Breakdown;
using Design = CostRecord::Design;

/// A bar: a breakdown of the network before or after.
struct Bar {
  std::string_view label;
  Design CostRecord::*design;
  Breakdown Design::*breakdown;
};
constexpr Bar kEnergyBars[] = {{"before", &CostRecord::baseline, &Design::energy},
                               {"after", &CostRecord::plan, &Design::energy}};
constexpr Bar kAreaBars[] = {{"before", &CostRecord::baseline, &Design::area},
                             {"after, one ADC design", &CostRecord::plan, &Design::area},
                             {"after, one per layer", &CostRecord::plan, &Design::area_by_layer}};

constexpr std::string_view kAdcs = "ADCs";

double adcs_of(const Breakdown& breakdown) {
  const auto found = std::ranges::find(breakdown.circuits, kAdcs, [](const auto& circuit) {
    return std::string_view(circuit.first);
  });
  if (found == breakdown.circuits.end()) fail("a file in costs/ lacks the circuit {}", kAdcs);
  return found->second;
}

PageChoice cost_choice(const Runs& runs) {
  const PlanCost* first = runs.front().first_cost();
  return {.field = "plan", .label = "Plan", .initial = first == nullptr ? "" : first->name};
}

/// A plan that costs more has no share that it saves.
std::string saved_text(double share) {
  if (share == 0) return "nothing";
  return share < 0 ? fmt::format("{:.1f} times as much", 1 - share)
                   : fmt::format("{:.1f} %", 100 * share);
}

PageFact area_fact(const std::string& label, double saved, double now, double before) {
  return {label, saved_text(saved), fmt::format("{:.3f} mm² in place of {:.3f}", now, before)};
}

std::vector<PageFact> facts_of(const CostRecord& cost) {
  const Design& before = cost.baseline;
  const Design& now = cost.plan;
  return {
      {"Energy saved", saved_text(cost.energy_saved),
       fmt::format("{} per image in place of {}", energy_text(now.energy.total),
                   energy_text(before.energy.total))},
      area_fact("Area saved, one ADC design", cost.area_saved, now.area.total, before.area.total),
      area_fact("Area saved, one per layer", cost.area_saved_by_layer, now.area_by_layer.total,
                before.area.total),
      {"Efficiency", fmt::format("{:.2f} TOPS/W", now.tops_per_watt),
       fmt::format("{:.2f} before", before.tops_per_watt)}};
}

/// Plans that cost the same.
struct SharedCost {
  std::vector<std::string> names;
  const CostRecord* cost = nullptr;
};

std::vector<SharedCost> by_cost(const std::vector<PlanCost>& costs) {
  std::vector<SharedCost> shared;
  for (const PlanCost& plan : costs) {
    const auto same = std::ranges::find_if(
        shared, [&](const SharedCost& known) { return *known.cost == plan.cost; });
    if (same == shared.end())
      shared.push_back({{plan.name}, &plan.cost});
    else
      same->names.push_back(plan.name);
  }
  return shared;
}

/// What all plans of all runs cost.
PageJson totals_table(const Runs& runs) {
  PageTable table("totals", {run_column(runs),
                             {"plan", "Plan"},
                             {"energy", "Energy, nJ per image", 1},
                             {"energy_saved", "Saved, %", 1},
                             {"area", "Area with one ADC design, mm²", 3},
                             {"area_saved", "Saved, %", 1},
                             {"area_by_layer", "Area with one per layer, mm²", 3},
                             {"area_by_layer_saved", "Saved, %", 1},
                             {"rate", "Images per second", 0},
                             {"efficiency", "TOPS/W", 2}});
  for (const RunRecord& run : runs)
    for (const auto& [names, cost] : by_cost(run.costs)) {
      const Design& now = cost->plan;
      table.add({run.name, fmt::format("{}", fmt::join(names, ", ")), now.energy.total,
                 100 * cost->energy_saved, now.area.total, 100 * cost->area_saved,
                 now.area_by_layer.total, 100 * cost->area_saved_by_layer, now.images_per_second,
                 now.tops_per_watt});
    }
  return page_table("What every plan costs; those that cost the same share a row", table);
}

/// The ADCs in front, where bars begin side by side: they are what a plan changes.
void add_bar(const std::string& run, const PlanCost& plan, const std::string& label,
             const Breakdown& breakdown, PageTable& table) {
  const auto add = [&](std::string_view circuit, std::size_t place, double value) {
    table.add({run, plan.name, label, circuit, place, value, 100 * value / breakdown.total});
  };
  add(kAdcs, 0, adcs_of(breakdown));
  std::size_t place = 0;
  for (const auto& [circuit, value] : breakdown.circuits)
    if (circuit != kAdcs) add(circuit, ++place, value);
}

/// Of one run its plans are to choose from; several runs stand side by side with a plan each.
PageTable circuits_table(const Runs& runs, std::span<const Bar> bars, std::string_view title) {
  PageTable table("circuits", {run_column(runs),
                               {"plan", "Plan", {}, runs.size() == 1},
                               {"design", "Design"},
                               {"circuit", "Circuit"},
                               {"place", "Place", 0, true},
                               {"value", std::string(title), 4},
                               {"share", "Share, %", 1}});
  for (const RunRecord& run : runs)
    for (const PlanCost& plan : run.costs) {
      if (runs.size() > 1 && &plan != run.first_cost()) continue;
      for (const Bar& bar : bars)
        add_bar(
            run.name, plan,
            runs.size() == 1 ? std::string(bar.label) : fmt::format("{} · {}", run.name, bar.label),
            plan.cost.*bar.design.*bar.breakdown, table);
    }
  return table;
}

PageJson circuits_chart(const Runs& runs, std::span<const Bar> bars, const std::string& title,
                        const std::string& axis, const std::string& description) {
  const auto runs_drawn = static_cast<std::size_t>(std::ranges::count_if(
      runs, [](const RunRecord& run) { return run.first_cost() != nullptr; }));
  return page_chart(
      {.title = title,
       .description = description,
       .spec = "circuits",
       .settings = {{"/height", kDesignHeight * bars.size() * runs_drawn},
                    {"/encoding/x/title", axis},
                    {"/encoding/tooltip/2/title", axis}},
       .tables = {circuits_table(runs, bars, axis)},
       .choices = runs.size() == 1 ? std::vector{cost_choice(runs)} : std::vector<PageChoice>{}});
}

void add_layers(const RunRecord& run, const PlanCost& plan, PageTable& table) {
  for (std::size_t i = 0; i < plan.cost.plan.layers.size(); ++i) {
    const CostRecord::Layer& layer = plan.cost.plan.layers[i];
    const double total = layer.energy.total;
    const double adcs = adcs_of(layer.energy);
    const double old = plan.cost.baseline.layers[i].energy.total;
    table.add({run.name, plan.name, layer.name, layer.levels, adcs, total - adcs, total, old,
               100 * (1 - total / old), layer.area.total});
  }
}

PageJson layers_chart(const Runs& runs) {
  PageTable table("layers", {run_column(runs),
                             {"plan", "Plan", {}, true},
                             {"layer", "Layer"},
                             {"levels", "Levels", 0},
                             {"adcs", "ADCs, nJ per image", 2},
                             {"others", "All else, nJ", 2},
                             {"total", "Together, nJ", 2},
                             {"before", "Before, nJ", 2},
                             {"saved", "Saved, %", 1},
                             {"area", "Area, mm²", 4}});
  for (const RunRecord& run : runs)
    for (const PlanCost& plan : run.costs) add_layers(run, plan, table);
  return page_chart({.title = "Energy of one image, layer by layer",
                     .description = "Bars are what a layer spends under the plan, its ADCs and all "
                                    "else; the line is what it spent before.",
                     .spec = "costs",
                     .settings = {{"/height", kBarHeight * most_layers(runs)}},
                     .tables = {table},
                     .choices = {run_choice(), cost_choice(runs)}});
}

/// What costs are counted against, and with.
std::string terms(const PlanCost& plan) {
  const CostRecord& cost = plan.cost;
  if (cost.energy_saved == 0 && cost.area_saved == 0 && cost.area_saved_by_layer == 0)
    return fmt::format(
        "{} is the design that savings are counted from: {} levels in every ADC, which take {:.1f} "
        "% of the energy and {:.1f} % of the area. With {} ADCs and the technology table \"{}\".",
        plan.name, cost.baseline_levels, 100 * adcs_of(cost.plan.energy) / cost.plan.energy.total,
        100 * adcs_of(cost.plan.area) / cost.plan.area.total, cost.adc, cost.technology);
  return fmt::format(
      "Before: {} levels in every ADC. After: the levels of {}. Both with {} ADCs and the "
      "technology table \"{}\".",
      plan.cost.baseline_levels, plan.name, plan.cost.adc, plan.cost.technology);
}

}  // namespace

std::optional<PageSection> cost_section(const Runs& runs) {
  PageSection section{"cost", "Cost", "What do the plans spend in energy and area, and on what?"};
  bool any = false;
  for (const RunRecord& run : runs) {
    const PlanCost* plan = run.first_cost();
    if (plan == nullptr) continue;
    any = true;
    if (runs.size() > 1) section.blocks.push_back(page_text(run.name, "run"));
    section.blocks.push_back(page_facts(facts_of(plan->cost)));
    section.blocks.push_back(page_text(terms(*plan), "note"));
    for (const std::string& note : plan->cost.notes)
      section.blocks.push_back(page_text("Note: " + note + ".", "note"));
  }
  if (!any) return std::nullopt;
  section.blocks.push_back(circuits_chart(
      runs, kEnergyBars, "Energy of one image by circuit", "energy, nJ per image",
      "Fewer levels save energy in the ADCs alone: what the other circuits spend sets the limit."));
  section.blocks.push_back(circuits_chart(
      runs, kAreaBars, "Area by circuit", "area, mm²",
      "With one ADC design on the chip, all are as large as that of the layer with most levels; "
      "with one per layer, each is as large as its layer needs."));
  section.blocks.push_back(layers_chart(runs));
  section.blocks.push_back(totals_table(runs));
  return section;
}

}  // namespace bitline
