#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <utility>

#include "bitline/base/error.h"
#include "bitline/report/labels.h"
#include "bitline/report/sections.h"

namespace bitline {
namespace {

bool is_explained(const ResultRecord& row) { return row.explanation.is_object(); }

/// "L4-layer-wise", "L4-layer-wise, retrained".
std::string name_of(const ResultRecord& row) {
  const std::string plan = std::filesystem::path(row.plan).stem().string();
  return row.treatment.empty() ? plan : fmt::format("{}, {}", plan, row.treatment);
}

double accuracy(const PageJson& score) {
  return 100 * score.at("correct").get<double>() / score.at("images").get<double>();
}

double per_cent(const PageJson& of, const char* share) { return 100 * of.at(share).get<double>(); }

/// Points that come back where this layer alone is lossless.
double regained(const PageJson& explanation, const PageJson& layer) {
  return accuracy(layer.at("without")) - accuracy(explanation.at("plan"));
}

using AddRow = std::function<void(std::vector<PageJson>)>;
using AddRows = void (*)(const PageJson& explanation, const AddRow& add);

/// A table about every plan that was explained; its run and its name stand in front of each row.
PageTable plan_table(const Runs& runs, const std::string& name,
                     const std::vector<PageColumn>& columns, AddRows add_rows) {
  std::vector<PageColumn> all{{"run", "Run", {}, true}, {"plan", "Plan", {}, true}};
  all.insert(all.end(), columns.begin(), columns.end());
  PageTable table(name, all);
  for (const RunRecord& run : runs)
    for (const ResultRecord& result : run.results) {
      if (!is_explained(result)) continue;
      add_rows(result.explanation, [&](std::vector<PageJson> row) {
        row.insert(row.begin(), {run.name, name_of(result)});
        table.add(std::move(row));
      });
    }
  return table;
}

/// They begin with the plan and network that the first run recommends.
std::vector<PageChoice> choices(const Runs& runs) {
  PageChoice plan{.field = "plan", .label = "Plan"};
  if (const auto i = runs.front().recommended()) plan.initial = name_of(runs.front().results[*i]);
  return {run_choice(), plan};
}

std::pair<std::string, PageJson> height_of(const Runs& runs) {
  return {"/height", kBarHeight * most_layers(runs)};
}

PageJson layer_named(const PageJson& explanation, const PageJson& name) {
  for (const PageJson& layer : explanation.at("layers"))
    if (layer.at("layer") == name) return layer;
  fail("a layer in explanations/ is among the worst and not among the layers: {}", name.dump());
}

PageJson worst_table(const Runs& runs) {
  const PageTable table =
      plan_table(runs, "worst",
                 {{"layer", "Layer"},
                  {"regained", "Comes back without its ADCs, points", 2},
                  {"noise", "SQNR, dB", 1},
                  {"clipped", "Clipped, %", 2},
                  {"remedy", "What to try first"}},
                 [](const PageJson& explanation, const AddRow& add) {
                   if (!explanation.contains("worst"))
                     add({"–", nullptr, nullptr, nullptr, "no layer loses answers"});
                   for (const PageJson& name : explanation.value("worst", PageJson::array())) {
                     const PageJson layer = layer_named(explanation, name);
                     add({name, regained(explanation, layer), layer.at("signal_to_noise_db"),
                          per_cent(layer, "clipped"), layer.at("remedy")});
                   }
                 });
  return page_table("Layers that lose most", table, choices(runs));
}

PageTable lines_table(const Runs& runs) {
  return plan_table(runs, "lines", {{"label", "Line"}, {"accuracy", "On search images, %", 2}},
                    [](const PageJson& explanation, const AddRow& add) {
                      add({"lossless", accuracy(explanation.at("lossless"))});
                      add({"plan", accuracy(explanation.at("plan"))});
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
                 [](const PageJson& explanation, const AddRow& add) {
                   for (const PageJson& layer : explanation.at("layers"))
                     add({layer.at("layer"), accuracy(layer.at("alone")),
                          accuracy(layer.at("without")), regained(explanation, layer),
                          layer.at("levels"), layer.at("levels_used"), layer.at("delta")});
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
  const PageTable layers = plan_table(runs, "layers",
                                      {{"layer", "Layer"},
                                       {"noise", "SQNR, dB", 2},
                                       {"shift", "Mean error of the channels, % of its power", 1},
                                       {"clipped", "Clipped, %", 2},
                                       {"remedy", "What to try first"}},
                                      [](const PageJson& explanation, const AddRow& add) {
                                        for (const PageJson& layer : explanation.at("layers"))
                                          add({layer.at("layer"), layer.at("signal_to_noise_db"),
                                               per_cent(layer, "mean_error_share"),
                                               per_cent(layer, "clipped"), layer.at("remedy")});
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
      [](const PageJson& explanation, const AddRow& add) {
        for (const PageJson& layer : explanation.at("layers")) {
          std::int64_t bit = 0;
          for (const PageJson& share : layer.at("clipped_by_stream"))
            add({layer.at("layer"), bit++, 100 * share.get<double>()});
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
                 [](const PageJson& explanation, const AddRow& add) {
                   std::int64_t bit = 0;
                   for (const PageJson& stream : explanation.at("streams")) {
                     const PageJson& alone = stream.at("alone");
                     add({bit++, per_cent(stream, "ones"),
                          alone.is_null() ? PageJson() : PageJson(accuracy(alone))});
                   }
                 });
  return page_table("What each input bit costs", table, choices(runs));
}

}  // namespace

std::optional<PageSection> diagnosis_section(const Runs& runs) {
  const bool any = std::ranges::any_of(
      runs, [](const RunRecord& run) { return std::ranges::any_of(run.results, is_explained); });
  if (!any) return std::nullopt;
  return PageSection{"diagnosis",
                     "Diagnosis",
                     "Which layers' ADCs cost the accuracy, and why?",
                     {worst_table(runs), accuracy_chart(runs), noise_chart(runs),
                      clipping_chart(runs), bits_table(runs)}};
}

}  // namespace bitline
