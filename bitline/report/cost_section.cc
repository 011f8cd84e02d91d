#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "bitline/report/labels.h"
#include "bitline/report/sections.h"

namespace bitline {
namespace {

constexpr std::size_t kDesignHeight = 38;  // pixels

/// A bar: a breakdown of costs/NAME.json.
struct Bar {
  std::string_view label;
  const char* design;
  const char* breakdown;
};
constexpr Bar kEnergyBars[] = {{"before", "baseline", "energy_nj_per_image"},
                               {"after", "plan", "energy_nj_per_image"}};
constexpr Bar kAreaBars[] = {{"before", "baseline", "area_mm2"},
                             {"after, one ADC design", "plan", "area_mm2"},
                             {"after, one per layer", "plan", "area_by_layer_mm2"}};

double number(const PageJson& json, const char* key) { return json.at(key).get<double>(); }
double per_cent(const PageJson& json, const char* key) { return 100 * number(json, key); }

PageChoice cost_choice(const Runs& runs) {
  const CostRecord* first = runs.front().first_cost();
  return {.field = "plan", .label = "Plan", .initial = first == nullptr ? "" : first->name};
}

std::string saved_text(double share) { return signed_text(fmt::format("{:.1f} %", 100 * share)); }

PageFact area_fact(const std::string& label, const PageJson& cost, const Bar& after,
                   const char* saved) {
  const double before = number(cost.at("baseline").at("area_mm2"), "total");
  const double now = number(cost.at("plan").at(after.breakdown), "total");
  return {label, saved_text(number(cost, saved)),
          fmt::format("{:.3f} mm² in place of {:.3f}", now, before)};
}

std::vector<PageFact> facts_of(const PageJson& cost) {
  const double before = number(cost.at("baseline").at("energy_nj_per_image"), "total");
  const double now = number(cost.at("plan").at("energy_nj_per_image"), "total");
  return {{"Energy saved", saved_text(number(cost, "energy_saved")),
           fmt::format("{} per image in place of {}", energy_text(now), energy_text(before))},
          area_fact("Area saved, one ADC design", cost, kAreaBars[1], "area_saved"),
          area_fact("Area saved, one per layer", cost, kAreaBars[2], "area_saved_by_layer"),
          {"Efficiency", fmt::format("{:.2f} TOPS/W", number(cost.at("plan"), "tops_per_watt")),
           fmt::format("{:.2f} before", number(cost.at("baseline"), "tops_per_watt"))}};
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
    for (const CostRecord& plan : run.costs) {
      const PageJson& now = plan.cost.at("plan");
      table.add({run.name, plan.name, number(now.at("energy_nj_per_image"), "total"),
                 per_cent(plan.cost, "energy_saved"), number(now.at("area_mm2"), "total"),
                 per_cent(plan.cost, "area_saved"), number(now.at("area_by_layer_mm2"), "total"),
                 per_cent(plan.cost, "area_saved_by_layer"), number(now, "images_per_second"),
                 number(now, "tops_per_watt")});
    }
  return page_table("What every plan costs", table);
}

/// The ADCs in front, where bars begin side by side: they are what a plan changes.
void add_bar(const std::string& run, const CostRecord& plan, const std::string& label,
             const PageJson& breakdown, PageTable& table) {
  const double total = number(breakdown, "total");
  const auto add = [&](const std::string& circuit, std::size_t place) {
    const double value = number(breakdown, circuit.c_str());
    table.add({run, plan.name, label, circuit, place, value, 100 * value / total});
  };
  add("ADCs", 0);
  std::size_t place = 0;
  for (const auto& [circuit, value] : breakdown.items())
    if (circuit != "ADCs" && circuit != "total") add(circuit, ++place);
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
    for (const CostRecord& plan : run.costs) {
      if (runs.size() > 1 && &plan != run.first_cost()) continue;
      for (const Bar& bar : bars)
        add_bar(
            run.name, plan,
            runs.size() == 1 ? std::string(bar.label) : fmt::format("{} · {}", run.name, bar.label),
            plan.cost.at(bar.design).at(bar.breakdown), table);
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

void add_layers(const RunRecord& run, const CostRecord& plan, PageTable& table) {
  const PageJson& before = plan.cost.at("baseline").at("layers");
  const PageJson& after = plan.cost.at("plan").at("layers");
  for (std::size_t i = 0; i < after.size(); ++i) {
    const PageJson& energy = after.at(i).at("energy_nj_per_image");
    const double total = number(energy, "total");
    const double old = number(before.at(i).at("energy_nj_per_image"), "total");
    table.add({run.name, plan.name, after.at(i).at("name"), after.at(i).at("levels"),
               energy.at("ADCs"), total - number(energy, "ADCs"), total, old,
               100 * (1 - total / old), number(after.at(i).at("area_mm2"), "total")});
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
    for (const CostRecord& plan : run.costs) add_layers(run, plan, table);
  return page_chart({.title = "Energy of one image, layer by layer",
                     .description = "Bars are what a layer spends under the plan, its ADCs and all "
                                    "else; the line is what it spent before.",
                     .spec = "costs",
                     .settings = {{"/height", kBarHeight * most_layers(runs)}},
                     .tables = {table},
                     .choices = {run_choice(), cost_choice(runs)}});
}

/// What costs are counted against, and with.
std::string terms(const CostRecord& plan) {
  return fmt::format(
      "Before: {} levels in every ADC. After: the levels of {}. Both with {} ADCs and the "
      "technology table \"{}\".",
      plan.cost.at("baseline_levels").get<std::int64_t>(), plan.name,
      plan.cost.at("adc").get<std::string>(), plan.cost.at("technology").get<std::string>());
}

}  // namespace

std::optional<PageSection> cost_section(const Runs& runs) {
  PageSection section{"cost", "Cost", "What do the plans spend in energy and area, and on what?"};
  bool any = false;
  for (const RunRecord& run : runs) {
    const CostRecord* plan = run.first_cost();
    if (plan == nullptr) continue;
    any = true;
    if (runs.size() > 1) section.blocks.push_back(page_text(run.name, "run"));
    section.blocks.push_back(page_facts(facts_of(plan->cost)));
    section.blocks.push_back(page_text(terms(*plan), "note"));
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
