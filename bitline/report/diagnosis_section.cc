#include <fmt/format.h>

#include <algorithm>

#include "bitline/report/labels.h"
#include "bitline/report/sections.h"

namespace bitline {
namespace {

double accuracy(const PageJson& score) {
  return 100 * score.at("correct").get<double>() / score.at("images").get<double>();
}

double per_cent(const PageJson& layer, const char* share) {
  return 100 * layer.at(share).get<double>();
}

/// Points that come back where this layer alone is lossless.
double regained(const PageJson& explanation, const PageJson& layer) {
  return accuracy(layer.at("without")) - accuracy(explanation.at("plan"));
}

using LayerRow = std::vector<PageJson> (*)(const PageJson& explanation, const PageJson& layer);

/// A table with the rows of every layer that was explained, behind those of run and plan.
PageTable layer_table(const Runs& runs, const std::string& name,
                      const std::vector<PageColumn>& columns, LayerRow make_row) {
  std::vector<PageColumn> all{{"run", "Run", {}, true}, {"plan", "Plan", {}, true}};
  all.insert(all.end(), columns.begin(), columns.end());
  PageTable table(name, all);
  for (const RunRecord& run : runs)
    for (const PlanRecord& plan : run.plans) {
      if (!plan.explanation.is_object()) continue;
      for (const PageJson& layer : plan.explanation.at("layers")) {
        std::vector<PageJson> row{run.name, plan.name};
        for (PageJson& value : make_row(plan.explanation, layer)) row.push_back(std::move(value));
        table.add(std::move(row));
      }
    }
  return table;
}

std::vector<PageChoice> choices(const Runs& runs) { return {run_choice(), plan_choice(runs)}; }

std::pair<std::string, PageJson> height_of(const Runs& runs) {
  return {"/height", kBarHeight * most_layers(runs)};
}

PageJson worst_table(const Runs& runs) {
  PageTable table("worst", {{"run", "Run", {}, true},
                            {"plan", "Plan", {}, true},
                            {"layer", "Layer"},
                            {"regained", "Comes back without its ADCs, points", 2},
                            {"noise", "SQNR, dB", 1},
                            {"clipped", "Clipped, %", 2},
                            {"remedy", "What to try first"}});
  for (const RunRecord& run : runs)
    for (const PlanRecord& plan : run.plans) {
      const PageJson& explanation = plan.explanation;
      if (!explanation.is_object()) continue;
      if (!explanation.contains("worst"))
        table.add({run.name, plan.name, "–", nullptr, nullptr, nullptr, "no layer loses answers"});
      for (const PageJson& name : explanation.value("worst", PageJson::array())) {
        const auto layer =
            std::ranges::find_if(explanation.at("layers"),
                                 [&](const PageJson& each) { return each.at("layer") == name; });
        if (layer == explanation.at("layers").end()) continue;
        table.add({run.name, plan.name, name, regained(explanation, *layer),
                   layer->at("signal_to_noise_db"), per_cent(*layer, "clipped"),
                   layer->at("remedy")});
      }
    }
  return page_table("Layers that lose most", table, choices(runs));
}

PageTable lines_table(const Runs& runs) {
  PageTable lines("lines", {{"run", "Run", {}, true},
                            {"plan", "Plan", {}, true},
                            {"label", "Line"},
                            {"accuracy", "On search images, %", 2}});
  for (const RunRecord& run : runs)
    for (const PlanRecord& plan : run.plans) {
      if (!plan.explanation.is_object()) continue;
      lines.add({run.name, plan.name, "lossless", accuracy(plan.explanation.at("lossless"))});
      lines.add({run.name, plan.name, "plan", accuracy(plan.explanation.at("plan"))});
    }
  return lines;
}

PageJson accuracy_chart(const Runs& runs) {
  const PageTable layers =
      layer_table(runs, "layers",
                  {{"layer", "Layer"},
                   {"alone", "With only its ADCs, %", 2},
                   {"without", "With all but its ADCs, %", 2},
                   {"regained", "Comes back, points", 2},
                   {"levels", "Levels", 0},
                   {"used", "Levels reached", 0},
                   {"delta", "δ, LSB", {}, false, true}},
                  [](const PageJson& explanation, const PageJson& layer) -> std::vector<PageJson> {
                    return {layer.at("layer"),
                            accuracy(layer.at("alone")),
                            accuracy(layer.at("without")),
                            regained(explanation, layer),
                            layer.at("levels"),
                            layer.at("levels_used"),
                            layer.at("delta")};
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
      layer_table(runs, "layers",
                  {{"layer", "Layer"},
                   {"noise", "SQNR, dB", 2},
                   {"shift", "Mean error of the channels, % of its power", 1},
                   {"clipped", "Clipped, %", 2},
                   {"remedy", "What to try first"}},
                  [](const PageJson&, const PageJson& layer) -> std::vector<PageJson> {
                    return {layer.at("layer"), layer.at("signal_to_noise_db"),
                            per_cent(layer, "mean_error_share"), per_cent(layer, "clipped"),
                            layer.at("remedy")};
                  });
  return page_chart({.title = "Signal over quantization noise at the output of each layer",
                     .description = "Power of the outputs over that of their error, in dB, with "
                                    "lossless layers in front. No bar: nothing is lost.",
                     .spec = "noise",
                     .settings = {height_of(runs)},
                     .tables = {layers},
                     .choices = choices(runs)});
}

PageJson clipping_chart(const Runs& runs) {
  const std::string title = "Clipped, %";
  PageTable table("cells", {{"run", "Run", {}, true},
                            {"plan", "Plan", {}, true},
                            {"layer", "Layer"},
                            {"column", "Input bit", 0},
                            {"value", title, 2}});
  for (const RunRecord& run : runs)
    for (const PlanRecord& plan : run.plans) {
      if (!plan.explanation.is_object()) continue;
      for (const PageJson& layer : plan.explanation.at("layers")) {
        std::int64_t stream = 0;
        for (const PageJson& share : layer.at("clipped_by_stream"))
          table.add({run.name, plan.name, layer.at("layer"), stream++, 100 * share.get<double>()});
      }
    }
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

}  // namespace

std::optional<PageSection> diagnosis_section(const Runs& runs) {
  const bool any = std::ranges::any_of(runs, [](const RunRecord& run) {
    return std::ranges::any_of(run.plans,
                               [](const PlanRecord& plan) { return plan.explanation.is_object(); });
  });
  if (!any) return std::nullopt;
  return PageSection{
      "diagnosis",
      "Diagnosis",
      "Which layers' ADCs cost the accuracy, and why?",
      {worst_table(runs), accuracy_chart(runs), noise_chart(runs), clipping_chart(runs)}};
}

}  // namespace bitline
