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

bool by_area(const RunRecord& run) { return run.allocation.at("cost_unit") == "1e-3 um2"; }

Spent spent_of(const RunRecord& run) {
  if (by_area(run)) return {"ADC area", "mm²", 1e-9};
  return {"ADC energy", "nJ per image", 1e-6};
}

double cost_of(const RunRecord& run, const PageJson& plan) {
  return spent_of(run).scale * plan.at("cost").get<double>();
}

/// Right answers on the search images, %.
double accuracy(const RunRecord& run, const PageJson& score) {
  return 100 * score.at("correct").get<double>() / run.allocation.at("images").get<double>();
}

std::string accuracy_label(const RunRecord& run) {
  return counts_agreement(run) ? "As lossless on search images, %" : "On search images, %";
}

double lost_points(const RunRecord& run, const PageJson& score) {
  return accuracy(run, run.allocation.at("lossless")) - accuracy(run, score);
}

Estimate test_accuracy(const PageJson& plan) {
  const PageJson& test = plan.at("test_accuracy");
  const auto per_cent = [&test](const char* key) { return 100 * test.at(key).get<double>(); };
  return {per_cent("value"), per_cent("lower"), per_cent("upper")};
}

/// "4", or "3 to 8". Levels stand by layer, or as one number for all.
std::string levels_text(const PageJson& plan) {
  const PageJson& levels = plan.at("levels");
  const auto [fewest, most] = std::ranges::minmax_element(
      levels, {}, [](const PageJson& count) { return count.get<std::int64_t>(); });
  if (*fewest == *most) return fewest->dump();
  return fmt::format("{} to {}", fewest->dump(), most->dump());
}

/// The plans of an allocation, each kind from the cheapest to the dearest.
void add_plans(const RunRecord& run, PageTable& table) {
  const auto add = [&](std::string_view kind, const PageJson& plan) {
    std::vector<PageJson> row{
        run.name,
        kind,
        levels_text(plan),
        cost_of(run, plan),
        100 * plan.at("cost").get<double>() / run.allocation.at("baseline_cost").get<double>(),
        accuracy(run, plan)};
    PageJson value, lower, upper;
    if (plan.contains("test_accuracy")) {
      const Estimate test = test_accuracy(plan);
      value = test.value;
      lower = test.lower;
      upper = test.upper;
    }
    row.insert(row.end(), {value, lower, upper});
    table.add(std::move(row));
  };
  for (const PageJson& plan : run.allocation.at("front")) add(kUnbeaten, plan);
  for (const PageJson& plan : run.allocation.at("uniform")) add(kUniform, plan);
  if (run.allocation.contains("best")) add(kChosen, run.allocation.at("best"));
}

/// The lossless network and the budget; a budget has an accuracy or a cost.
void add_lines(const RunRecord& run, PageTable& table) {
  const PageJson& allocation = run.allocation;
  const double lossless = accuracy(run, allocation.at("lossless"));
  table.add({run.name, "lossless", lossless, nullptr});
  const PageJson& budget = allocation.at("budget");
  if (budget.contains("cost")) {
    table.add({run.name, "budget", nullptr, cost_of(run, budget)});
    return;
  }
  const double points =
      100 * budget.at("lost_answers").get<double>() / allocation.at("images").get<double>();
  table.add(
      {run.name, fmt::format("budget: {} lost", points_text(points)), lossless - points, nullptr});
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
                    {"/layer/4/encoding/color/field", runs.size() == 1 ? "kind" : "run"},
                    {"/layer/4/encoding/color/title", runs.size() == 1 ? "Plan" : "Run"},
                    {"/layer/4/layer/2/encoding/tooltip/3/title", spent.axis()}},
       .tables = {plans, lines}});
}

/// What a layer's ADCs of `levels` levels cost; null where that was not asked.
PageJson cost_in_layer(const RunRecord& run, const std::string& layer, const PageJson& levels) {
  const PageJson& choices = run.allocation.at("sensitivities").at(layer);
  const auto found = std::ranges::find_if(
      choices, [&](const PageJson& choice) { return choice.at("levels") == levels; });
  return found == choices.end() ? PageJson() : PageJson(cost_of(run, *found));
}

void add_levels(const RunRecord& run, const std::string& name, const PageJson& plan,
                PageTable& table) {
  for (const auto& [layer, choices] : run.allocation.at("sensitivities").items()) {
    const PageJson& levels = plan.at("levels").at(layer);
    table.add({run.name, name, layer, levels, cost_in_layer(run, layer, levels)});
  }
}

PageJson levels_chart(const Runs& drawn) {
  PageTable table("levels", {{"run", "Run", {}, true},
                             {"plan", "Plan", {}, true},
                             {"layer", "Layer"},
                             {"levels", "Levels", 0},
                             {"cost", "ADCs, " + spent_of(drawn.front()).unit, 4}});
  for (const RunRecord& run : drawn) {
    if (run.allocation.contains("best"))
      add_levels(run, std::string(kChosen), run.allocation.at("best"), table);
    std::size_t number = 0;
    for (const PageJson& plan : run.allocation.at("front"))
      add_levels(run,
                 fmt::format("{}: {:.4g} {}, {:.1f} %", ++number, cost_of(run, plan),
                             spent_of(run).unit, accuracy(run, plan)),
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
    for (const auto& [layer, choices] : run.allocation.at("sensitivities").items())
      for (const PageJson& choice : choices)
        table.add(
            {run.name, layer, choice.at("levels"), lost_points(run, choice), cost_of(run, choice)});
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
PageFact saving_fact(const PageJson& allocation) {
  if (!allocation.contains("saved"))
    return {"Saved", "–", "the test tells every plan of equal levels from this one"};
  const PageJson& saved = allocation.at("saved");
  return {"Saved", signed_text(fmt::format("{:.1f} %", 100 * saved.at("share").get<double>())),
          fmt::format("against {} levels in every layer, which the test cannot tell from it",
                      saved.at("against_levels").get<std::int64_t>())};
}

PageJson chosen_facts(const RunRecord& run) {
  const PageJson& allocation = run.allocation;
  if (!allocation.contains("best"))
    return page_text(
        "No plan keeps the budget. Allow more with allocate.max_loss or allocate.max_cost, or give "
        "allocate.levels more to choose from.",
        "note");
  const PageJson& best = allocation.at("best");
  const Spent spent = spent_of(run);
  const double share =
      100 * best.at("cost").get<double>() / allocation.at("baseline_cost").get<double>();
  const Estimate test = test_accuracy(best);
  return page_facts(
      {{"Levels", levels_text(best), "of each layer"},
       {spent.what,
        by_area(run) ? fmt::format("{:.3f} mm²", cost_of(run, best))
                     : energy_text(cost_of(run, best)),
        fmt::format("{:.1f} % of the baseline's", share)},
       saving_fact(allocation),
       {"Test accuracy", per_cent_text(test.value), interval_text(test)},
       {"Loss on search images", signed_text(fmt::format("{:.2f} points", lost_points(run, best))),
        fmt::format("of {} images", grouped(allocation.at("images").get<std::int64_t>()))}});
}

}  // namespace

std::optional<PageSection> levels_section(const Runs& runs) {
  PageSection section{"levels", "Levels",
                      "Which layers can do with fewer levels, and what does that save?"};
  for (const bool area : {false, true}) {
    Runs drawn;  // costs of one unit share a chart
    for (const RunRecord& run : runs)
      if (run.allocation.is_object() && by_area(run) == area) drawn.push_back(run);
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
