#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "bitline/report/labels.h"
#include "bitline/report/sections.h"

namespace bitline {
namespace {

/// Points of all curves together, as for the bars of histograms; of longer curves every n-th
/// candidate is drawn, and the winner.
constexpr std::size_t kPoints = 20'000;

/// Of the chart of chosen ranges, which has one for each number of levels.
constexpr std::size_t kPartsInARow = 4;

std::size_t stride(const Runs& runs) {
  std::size_t points = 0;
  for (const RunRecord& run : runs)
    for (const PlanRecord& plan : run.plans) points += plan.curve.size();
  return 1 + points / kPoints;
}

PageTable curve_table(const Runs& runs) {
  PageTable table("points", {{"run", "Run", {}, true},
                             {"ranges", "Range method"},
                             {"pass", "Pass", 0},
                             {"layer", "Layer"},
                             {"levels", "Levels", 0},
                             {"delta", "δ, LSB", 1},
                             {"accuracy", "Correct, %", 2},
                             {"images", "Images measured", 0},
                             {"status", "Candidate"}});
  const std::size_t every = stride(runs);
  for (const RunRecord& run : runs)
    for (const PlanRecord& plan : run.plans)
      for (std::size_t i = 0; i < plan.curve.size(); ++i) {
        const CurveRecord& point = plan.curve[i];
        if (point.images == 0 || (i % every != 0 && point.status != "winner")) continue;
        const double accuracy =
            100 * static_cast<double>(point.correct) / static_cast<double>(point.images);
        table.add({run.name, plan.ranges, point.pass, layer_text(point.layer), plan.levels,
                   point.delta, accuracy, point.images,
                   point.status == "winner" ? "chosen" : point.status});
      }
  return table;
}

/// What the lossless network has on the same images, where that is what the search counted.
PageTable lossless_table(const Runs& runs) {
  PageTable table("lossless", {{"run", "Run"}, {"accuracy", "Correct, %", 2}});
  for (const RunRecord& run : runs) {
    table.add({run.name, counts_agreement(run)
                             ? 100.0
                             : in_per_cent(lossless_row(run.results).search_accuracy).value});
  }
  return table;
}

/// "layer-wise", "layer-wise, retrained": a training may move ranges.
std::string origin_of(const PlanRecord& plan) {
  return plan.name.ends_with("-retrained") ? plan.ranges + ", retrained" : plan.ranges;
}

/// δ of every plan that has one, layer by layer.
PageTable range_table(const Runs& runs) {
  PageTable table("ranges", {{"run", "Run", {}, true},
                             {"ranges", "Range method"},
                             {"layer", "Layer"},
                             {"own", "Levels", 0},
                             {"levels", "Most levels of the plan", 0},
                             {"delta", "δ, LSB", 1},
                             {"step", "Step Δ, LSB", 3}});
  for (const RunRecord& run : runs)
    for (const PlanRecord& plan : run.plans)
      for (const std::string& layer : layers_in_order(run)) {
        const auto found = plan.plan.layers.find(layer);
        if (found == plan.plan.layers.end()) continue;
        const PlannedAdc& adc = found->second;
        if (!adc.spec.quantizer->has_range()) continue;
        table.add({run.name, origin_of(plan), layer, adc.spec.levels, plan.levels,
                   adc.spec.delta.to_double(), step_of(adc.spec, adc.sums).to_double()});
      }
  return table;
}

PageTable work_table(const Runs& runs) {
  PageTable table("searches", {{"run", "Run", {}, runs.size() == 1},
                               {"plan", "Search"},
                               {"images", "Images evaluated", 0},
                               {"full", "Brute force", 0},
                               {"share", "Share, %", 1}});
  for (const RunRecord& run : runs)
    for (const PlanRecord& plan : run.plans) {
      if (!plan.search || plan.search->images_in_full == 0) continue;
      const SearchSummary& search = *plan.search;
      table.add({run.name, plan.name, search.images_measured, search.images_in_full,
                 100 * static_cast<double>(search.images_measured) /
                     static_cast<double>(search.images_in_full)});
    }
  return table;
}

PageJson curve_chart(const Runs& runs, const PageTable& curves, const std::string& ranges) {
  return page_chart(
      {.title = "Accuracy of every candidate range",
       .description =
           "Each point is a range δ that was tried; large ones on a line to the axis are "
           "those that were chosen. Hollow points were dropped before all images had "
           "been measured, when they could no longer win, so they scatter more. A "
           "layer-wise search looks at one layer at a time: those in front of it have "
           "their ADCs, those behind it are lossless. The horizontal line is the "
           "lossless network.",
       .spec = "curves",
       .tables = {curves, lossless_table(runs)},
       .choices = {run_choice(),
                   {.field = "ranges", .label = "Range method", .initial = ranges},
                   {.field = "pass", .label = "Pass"},
                   {.field = "layer", .label = "Layer"}}});
}

/// Numbers of levels that plans of a run have.
std::size_t numbers_of_levels(const RunRecord& run) {
  std::set<std::int64_t> levels;
  for (const PlanRecord& plan : run.plans) levels.insert(plan.levels);
  return levels.size();
}

PageJson range_chart(const Runs& runs, const PageTable& table, const std::string& ranges) {
  std::size_t most_levels = 1;
  for (const RunRecord& run : runs) most_levels = std::max(most_levels, numbers_of_levels(run));
  return page_chart(
      {.title = "Chosen range of each layer",
       .description = "δ of the plans, front to back, one part for each number of levels, all on "
                      "one scale. A δ that hardly changes from layer to layer could be shared.",
       .spec = "chosen",
       .settings = {{"/spec/height", kBarHeight * most_layers(runs)},
                    {"/columns", std::min(kPartsInARow, most_levels)}},
       .tables = {table},
       .choices = {run_choice(), {.field = "ranges", .label = "Range method", .initial = ranges}}});
}

}  // namespace

PageSection search_section(const Runs& runs) {
  PageSection section{"search", "Ranges",
                      "Which range was chosen for each layer, and how sharp is the choice?"};
  std::string ranges;
  if (const ResultRow* best = runs.front().best_row()) ranges = best->ranges;
  const PageTable curves = curve_table(runs);
  if (curves.empty())
    section.blocks.push_back(
        page_text("Nothing was searched: the ranges of all plans follow from statistics.", "note"));
  else
    section.blocks.push_back(curve_chart(runs, curves, ranges));
  const PageTable chosen = range_table(runs);
  if (!chosen.empty()) section.blocks.push_back(range_chart(runs, chosen, ranges));
  if (const PageTable work = work_table(runs); !work.empty())
    section.blocks.push_back(page_table("Work of the searches", work));
  return section;
}

}  // namespace bitline
