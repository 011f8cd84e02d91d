#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <utility>

#include "bitline/report/labels.h"
#include "bitline/report/sections.h"

namespace bitline {
namespace {

/// "L4-layer-wise", "L4-layer-wise, retrained".
std::string plan_name(const ResultRow& row) {
  const std::string plan = std::filesystem::path(row.plan).stem().string();
  if (row.treatment == Treatment::kNone) return plan;
  return fmt::format("{}, {}", plan, name_of(row.treatment));
}

using Layer = ExplanationRecord::Layer;

double accuracy(const ScoreRecord& score) {
  return 100 * static_cast<double>(score.correct) / static_cast<double>(score.images);
}

/// Points that come back where this layer alone is lossless.
double regained(const ExplanationRecord& explanation, const Layer& layer) {
  return accuracy(layer.without) - accuracy(explanation.plan);
}

PageJson or_null(const std::optional<double>& value) {
  return value ? PageJson(*value) : PageJson();
}

using AddRow = std::function<void(std::vector<PageJson>)>;
using AddRows = void (*)(const ExplanationRecord& explanation, const AddRow& add);

/// A table about every plan that was explained; its run and its name stand in front of each row.
PageTable plan_table(const Runs& runs, const std::string& name,
                     const std::vector<PageColumn>& columns, AddRows add_rows) {
  std::vector<PageColumn> all{{"run", "Run", {}, true}, {"plan", "Plan", {}, true}};
  all.insert(all.end(), columns.begin(), columns.end());
  PageTable table(name, all);
  for (const RunRecord& run : runs)
    for (std::size_t i = 0; i < run.results.size(); ++i) {
      if (!run.explanations[i]) continue;
      add_rows(*run.explanations[i], [&](std::vector<PageJson> row) {
        row.insert(row.begin(), {run.name, plan_name(run.results[i])});
        table.add(std::move(row));
      });
    }
  return table;
}

/// They begin with the plan and network that the first run recommends.
std::vector<PageChoice> choices(const Runs& runs) {
  PageChoice plan{.field = "plan", .label = "Plan"};
  if (const ResultRow* best = runs.front().best_row()) plan.initial = plan_name(*best);
  return {run_choice(), plan};
}

std::pair<std::string, PageJson> height_of(const Runs& runs) {
  return {"/height", kBarHeight * most_layers(runs)};
}

const Layer& layer_named(const ExplanationRecord& explanation, const std::string& name) {
  return *std::ranges::find(explanation.layers, name, &Layer::name);
}

PageJson worst_table(const Runs& runs) {
  const PageTable table =
      plan_table(runs, "worst",
                 {{"layer", "Layer"},
                  {"regained", "Comes back without its ADCs, points", 2},
                  {"noise", "SQNR, dB", 1},
                  {"clipped", "Clipped, %", 2},
                  {"remedy", "What to try first"}},
                 [](const ExplanationRecord& explanation, const AddRow& add) {
                   if (explanation.worst.empty())
                     add({"–", nullptr, nullptr, nullptr, "no layer loses answers"});
                   for (const std::string& name : explanation.worst) {
                     const Layer& layer = layer_named(explanation, name);
                     add({name, regained(explanation, layer), or_null(layer.signal_to_noise),
                          100 * layer.clipped, layer.remedy});
                   }
                 });
  return page_table("Layers that lose most", table, choices(runs));
}

PageTable lines_table(const Runs& runs) {
  return plan_table(runs, "lines", {{"label", "Line"}, {"accuracy", "On search images, %", 2}},
                    [](const ExplanationRecord& explanation, const AddRow& add) {
                      add({"lossless", accuracy(explanation.lossless)});
                      add({"plan", accuracy(explanation.plan)});
                    });
}

PageJson accuracy_chart(const Runs& runs) {
  const PageTable layers =
      plan_table(runs, "layers",
                 {{"layer", "Layer"},
                  {"alone", "With only its ADCs, %", 2},
                  {"without", "With all but its ADCs, %", 2},
                  {"regained", "Comes back, points", 2},
                  {"levels", "Levels", 0},
                  {"used", "Levels reached", 0},
                  {"delta", "δ, LSB", {}, false, true}},
                 [](const ExplanationRecord& explanation, const AddRow& add) {
                   for (const Layer& layer : explanation.layers)
                     add({layer.name, accuracy(layer.alone), accuracy(layer.without),
                          regained(explanation, layer), layer.levels, layer.levels_used,
                          layer.delta ? PageJson(to_string(*layer.delta)) : PageJson()});
                 });
  return page_chart({.title = "Accuracy with and without the ADCs of each layer",
                     .description =
                         "On the search images. A layer does harm where the point of only its ADCs "
                         "lies left of the lossless line, and holds the plan back where the point "
                         "of all but its ADCs lies right of the plan's line.",
                     .spec = "alone",
                     .settings = {height_of(runs)},
                     .tables = {layers, lines_table(runs)},
                     .choices = choices(runs)});
}

PageJson noise_chart(const Runs& runs) {
  const PageTable layers =
      plan_table(runs, "layers",
                 {{"layer", "Layer"},
                  {"noise", "SQNR, dB", 2},
                  {"shift", "Mean error of the channels, % of its power", 1},
                  {"clipped", "Clipped, %", 2},
                  {"remedy", "What to try first"}},
                 [](const ExplanationRecord& explanation, const AddRow& add) {
                   for (const Layer& layer : explanation.layers)
                     add({layer.name, or_null(layer.signal_to_noise), 100 * layer.mean_error_share,
                          100 * layer.clipped, layer.remedy});
                 });
  return page_chart({.title = "Signal over quantization noise at the output of each layer",
                     .description =
                         "Power of the outputs over that of their error, in dB. The layers "
                         "in front are lossless; under the plan, where the network was "
                         "recalibrated or retrained with it. No bar: nothing is lost.",
                     .spec = "noise",
                     .settings = {height_of(runs)},
                     .tables = {layers},
                     .choices = choices(runs)});
}

PageJson clipping_chart(const Runs& runs) {
  const std::string title = "Clipped, %";
  const PageTable table = plan_table(
      runs, "cells", {{"layer", "Layer"}, {"column", "Input bit", 0}, {"value", title, 2}},
      [](const ExplanationRecord& explanation, const AddRow& add) {
        for (const Layer& layer : explanation.layers) {
          std::int64_t bit = 0;
          for (const double share : layer.clipped_by_stream) add({layer.name, bit++, 100 * share});
        }
      });
  return page_chart({.title = "Clipped sums by input bit",
                     .description =
                         "Share of the sums that lie outside the range of their ADC. Bit "
                         "0 counts least, so clipping does less harm there.",
                     .spec = "heat",
                     .settings = {height_of(runs),
                                  {"/encoding/x/title", "input bit"},
                                  {"/encoding/tooltip/1/title", "Input bit"},
                                  {"/encoding/tooltip/2/title", title}},
                     .tables = {table},
                     .choices = choices(runs)});
}

PageJson bits_table(const Runs& runs) {
  const PageTable table =
      plan_table(runs, "bits",
                 {{"bit", "Input bit", 0},
                  {"ones", "Digits that are not 0, %", 2},
                  {"alone", "With only its sums converted, %", 2}},
                 [](const ExplanationRecord& explanation, const AddRow& add) {
                   std::int64_t bit = 0;
                   for (const ExplanationRecord::Stream& stream : explanation.streams)
                     add({bit++, 100 * stream.ones,
                          stream.alone ? PageJson(accuracy(*stream.alone)) : PageJson()});
                 });
  return page_table("What each input bit costs", table, choices(runs));
}

}  // namespace

std::optional<PageSection> diagnosis_section(const Runs& runs) {
  const bool any = std::ranges::any_of(runs, [](const RunRecord& run) {
    return std::ranges::any_of(run.explanations, [](const auto& each) { return each.has_value(); });
  });
  if (!any) return std::nullopt;
  return PageSection{"diagnosis",
                     "Diagnosis",
                     "Which layers' ADCs cost the accuracy, and why?",
                     {worst_table(runs), accuracy_chart(runs), noise_chart(runs),
                      clipping_chart(runs), bits_table(runs)}};
}

}  // namespace bitline
