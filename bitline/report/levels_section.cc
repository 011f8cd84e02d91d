#include <fmt/format.h>

#include <algorithm>

#include "bitline/report/labels.h"
#include "bitline/report/sections.h"

namespace bitline {
namespace {

constexpr std::string_view kUnbeaten = "unbeaten";
constexpr std::string_view kUniform = "same levels in every layer";
constexpr std::string_view kChosen = "chosen";

/// What an allocation spends, in the unit that people read.
struct Spent {
  std::string what;
  std::string unit;
  double scale = 1;  ///< of a cost in the file
  std::string axis() const { return fmt::format("{}, {}", what, unit); }
};

bool by_area(const RunRecord& run) { return run.allocation->cost_unit == CostUnit::kArea; }

Spent spent_of(const RunRecord& run) {
  if (by_area(run)) return {"ADC area", "mm²", 1e-9};
  return {"ADC energy", "nJ per image", 1e-6};
}

double cost_of(const RunRecord& run, std::int64_t cost) {
  return spent_of(run).scale * static_cast<double>(cost);
}

/// Of the baseline's, %.
double share_of_baseline(const RunRecord& run, std::int64_t cost) {
  return 100 * static_cast<double>(cost) / static_cast<double>(run.allocation->baseline_cost);
}

/// So many of the search images, %.
double per_cent_of_images(const RunRecord& run, std::int64_t count) {
  return 100 * static_cast<double>(count) / static_cast<double>(run.allocation->images);
}

std::string accuracy_label(const RunRecord& run) {
  return counts_agreement(run) ? "As lossless on search images, %" : "On search images, %";
}

double lost_points(const RunRecord& run, std::int64_t correct) {
  return per_cent_of_images(run, run.allocation->lossless.correct) -
         per_cent_of_images(run, correct);
}

Interval per_cent(const Interval& share) {
  return {100 * share.value, 100 * share.lower, 100 * share.upper};
}

/// "4", or "3 to 8".
std::string levels_text(const AllocationRecord::Plan& plan) {
  const auto levels = [](const auto& layer) { return layer.second; };
  const auto [fewest, most] = std::ranges::minmax_element(plan.levels, {}, levels);
  if (fewest->second == most->second) return std::to_string(most->second);
  return fmt::format("{} to {}", fewest->second, most->second);
}

/// The plans of an allocation, each kind from the cheapest to the dearest.
void add_plans(const RunRecord& run, PageTable& table) {
  const auto add = [&](std::string_view kind, const std::string& levels, std::int64_t cost,
                       std::int64_t correct, const std::optional<Interval>& tested) {
    std::vector<PageJson> row{run.name,
                              kind,
                              levels,
                              cost_of(run, cost),
                              share_of_baseline(run, cost),
                              per_cent_of_images(run, correct)};
    PageJson value, lower, upper;
    if (tested) {
      const Interval test = per_cent(*tested);
      value = test.value;
      lower = test.lower;
      upper = test.upper;
    }
    row.insert(row.end(), {value, lower, upper});
    table.add(std::move(row));
  };
  const AllocationRecord& allocation = *run.allocation;
  for (const auto& [plan, file] : allocation.front)
    add(kUnbeaten, levels_text(plan), plan.cost, plan.correct, {});
  for (const AllocationRecord::Uniform& uniform : allocation.uniform)
    add(kUniform, std::to_string(uniform.choice.levels), uniform.choice.cost,
        uniform.choice.correct, uniform.test_accuracy);
  if (const auto& best = allocation.best)
    add(kChosen, levels_text(best->plan), best->plan.cost, best->plan.correct, best->test_accuracy);
}

/// The lossless network and the budget; a budget has an accuracy or a cost.
void add_lines(const RunRecord& run, PageTable& table) {
  const AllocationRecord& allocation = *run.allocation;
  const double lossless = per_cent_of_images(run, allocation.lossless.correct);
  table.add({run.name, "lossless", lossless, nullptr});
  if (allocation.largest_cost) {
    table.add({run.name, "budget", nullptr, cost_of(run, *allocation.largest_cost)});
    return;
  }
  const double points = per_cent_of_images(run, allocation.lost_answers.value_or(0));
  table.add(
      {run.name, fmt::format("budget: {} lost", points_text(points)), lossless - points, nullptr});
}

/// Where the axis of costs ends: a little beyond all plans, and a budget.
double end_of_costs(const Runs& drawn) {
  double end = 0;
  for (const RunRecord& run : drawn) {
    const AllocationRecord& allocation = *run.allocation;
    std::int64_t most = allocation.largest_cost.value_or(0);
    for (const AllocationRecord::Unbeaten& plan : allocation.front)
      most = std::max(most, plan.plan.cost);
    for (const AllocationRecord::Uniform& plan : allocation.uniform)
      most = std::max(most, plan.choice.cost);
    end = std::max(end, cost_of(run, most));
  }
  return 1.12 * end;
}

PageJson front_chart(const Runs& runs, const Runs& drawn) {
  const Spent spent = spent_of(drawn.front());
  PageTable plans("plans", {run_column(runs),
                            {"kind", "Plan"},
                            {"levels", "Levels"},
                            {"cost", spent.axis(), 3},
                            {"share", "of baseline, %", 1},
                            {"accuracy", accuracy_label(drawn.front()), 2},
                            {"test", "On test images, %", 2},
                            {"lower", "95 % from", 2},
                            {"upper", "to", 2}});
  PageTable lines("lines", {run_column(runs),
                            {"label", "Line"},
                            {"accuracy", accuracy_label(drawn.front()), 2},
                            {"cost", spent.axis(), 3}});
  for (const RunRecord& run : drawn) {
    add_plans(run, plans);
    add_lines(run, lines);
  }
  return page_chart(
      {.title = fmt::format("Accuracy against {}", spent.what),
       .description =
           "Each point is a measured plan. No other one is both cheaper and better than the "
           "unbeaten ones, which the line joins; their layers have levels of their own. "
           "Numbers beside squares are levels that every layer has.",
       .spec = "front",
       .settings = {{"/layer/4/encoding/x/title", spent.axis()},
                    {"/layer/4/encoding/x/scale/domainMax", end_of_costs(drawn)},
                    {"/layer/4/encoding/color/field", runs.size() == 1 ? "kind" : "run"},
                    {"/layer/4/encoding/color/title", runs.size() == 1 ? "Plan" : "Run"},
                    {"/layer/4/layer/2/encoding/tooltip/3/title", spent.axis()}},
       .tables = {plans, lines}});
}

/// What a layer's ADCs of `levels` levels cost; null where that was not asked.
PageJson cost_in_layer(const RunRecord& run, const AllocationRecord::Sensitivity& layer,
                       std::int64_t levels) {
  const auto found = std::ranges::find(layer.choices, levels, &AllocationRecord::Choice::levels);
  return found == layer.choices.end() ? PageJson() : PageJson(cost_of(run, found->cost));
}

void add_levels(const RunRecord& run, const std::string& name, const AllocationRecord::Plan& plan,
                PageTable& table) {
  for (const AllocationRecord::Sensitivity& own : run.allocation->sensitivities) {
    const std::int64_t levels = plan.levels.at(own.layer);
    table.add({run.name, name, own.layer, levels, cost_in_layer(run, own, levels)});
  }
}

PageJson levels_chart(const Runs& drawn) {
  PageTable table("levels", {{"run", "Run", {}, true},
                             {"plan", "Plan", {}, true},
                             {"layer", "Layer"},
                             {"levels", "Levels", 0},
                             {"cost", "ADCs, " + spent_of(drawn.front()).unit, 4}});
  for (const RunRecord& run : drawn) {
    if (const auto& best = run.allocation->best)
      add_levels(run, std::string(kChosen), best->plan, table);
    std::size_t number = 0;
    for (const auto& [plan, file] : run.allocation->front)
      add_levels(run,
                 fmt::format("{}: {:.4g} {}, {:.1f} %", ++number, cost_of(run, plan.cost),
                             spent_of(run).unit, per_cent_of_images(run, plan.correct)),
                 plan, table);
  }
  return page_chart({.title = "Levels of each layer",
                     .description = "Front to back. Beside the chosen plan, the unbeaten ones are "
                                    "to choose from, from the cheapest to the best.",
                     .spec = "levels",
                     .settings = {{"/height", kBarHeight * most_layers(drawn)}},
                     .tables = {table},
                     .choices = {run_choice(), {.field = "plan", .label = "Plan"}}});
}

PageJson sensitivity_chart(const Runs& drawn) {
  const std::string lost = "Points lost against lossless";
  PageTable table("cells", {{"run", "Run", {}, true},
                            {"layer", "Layer"},
                            {"column", "Levels", 0},
                            {"value", lost, 2},
                            {"cost", "ADCs, " + spent_of(drawn.front()).unit, 4}});
  for (const RunRecord& run : drawn)
    for (const auto& [layer, choices] : run.allocation->sensitivities)
      for (const AllocationRecord::Choice& choice : choices)
        table.add({run.name, layer, choice.levels, lost_points(run, choice.correct),
                   cost_of(run, choice.cost)});
  return page_chart({.title = "Sensitivity of each layer",
                     .description =
                         "Points of accuracy that the whole plan loses on the search images where "
                         "this layer gets these levels and all others keep those of the last plan "
                         "that was improved on. Where the numbers of a row stay low, the layer can "
                         "do with few levels.",
                     .spec = "heat",
                     .settings = {{"/height", kBarHeight * most_layers(drawn)},
                                  {"/encoding/x/title", "ADC levels of the layer"},
                                  {"/encoding/tooltip/1/title", "Levels"},
                                  {"/encoding/tooltip/2/title", lost}},
                     .tables = {table},
                     .choices = {run_choice()}});
}

/// What the chosen plan saves against the cheapest one of equal levels that tests as well.
PageFact saving_fact(const std::optional<AllocationRecord::Saving>& saved) {
  if (!saved) return {"Saved", "–", "the test tells every plan of equal levels from this one"};
  return {"Saved", signed_text(fmt::format("{:.1f} %", 100 * saved->share)),
          fmt::format("against {} levels in every layer, which the test cannot tell from it",
                      saved->against_levels)};
}

PageJson chosen_facts(const RunRecord& run) {
  const AllocationRecord& allocation = *run.allocation;
  if (!allocation.best)
    return page_text(
        "No plan keeps the budget. Allow more with allocate.max_loss or allocate.max_cost, or give "
        "allocate.levels more to choose from.",
        "note");
  const AllocationRecord::Plan& best = allocation.best->plan;
  const Spent spent = spent_of(run);
  const double cost = cost_of(run, best.cost);
  const Interval test = per_cent(allocation.best->test_accuracy);
  return page_facts(
      {{"Levels", levels_text(best), "of each layer"},
       {spent.what, by_area(run) ? fmt::format("{:.3f} mm²", cost) : energy_text(cost),
        fmt::format("{:.1f} % of the baseline's", share_of_baseline(run, best.cost))},
       saving_fact(allocation.saved),
       {"Test accuracy", per_cent_text(test.value), interval_text(test)},
       {"Loss on search images",
        signed_text(fmt::format("{:.2f} points", lost_points(run, best.correct))),
        fmt::format("of {} images", grouped(allocation.images))}});
}

}  // namespace

std::optional<PageSection> levels_section(const Runs& runs) {
  PageSection section{"levels", "Levels",
                      "Which layers can do with fewer levels, and what does that save?"};
  for (const bool area : {false, true}) {
    Runs drawn;  // costs of one unit share a chart
    for (const RunRecord& run : runs)
      if (run.allocation && by_area(run) == area) drawn.push_back(run);
    if (drawn.empty()) continue;
    for (const RunRecord& run : drawn) {
      if (runs.size() > 1) section.blocks.push_back(page_text(run.name, "run"));
      section.blocks.push_back(chosen_facts(run));
    }
    section.blocks.push_back(front_chart(runs, drawn));
    section.blocks.push_back(levels_chart(drawn));
    section.blocks.push_back(sensitivity_chart(drawn));
  }
  if (section.blocks.empty()) return std::nullopt;
  return section;
}

}  // namespace bitline
