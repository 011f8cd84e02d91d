#include <fmt/format.h>

#include "bitline/report/labels.h"
#include "bitline/report/sections.h"

namespace bitline {
namespace {

/// "layer-wise", with the run in front where there are several.
std::string method_of(const Runs& runs, const RunRecord& run, const ResultRecord& row) {
  return runs.size() == 1 ? row.ranges : fmt::format("{} · {}", run.name, row.ranges);
}

PageTable plan_rows(const Runs& runs) {
  PageTable table("rows", {{"run", "Run"},
                           {"method", "Method", {}, true},
                           {"series", "Series", {}, true},
                           {"levels", "Levels", 0},
                           {"ranges", "Range method"},
                           {"treatment", "Network"},
                           {"search", "On search images, %", 2},
                           {"accuracy", "On test images, %", 2},
                           {"lower", "95 % from", 2},
                           {"upper", "to", 2},
                           {"loss", "Loss on test, points", 2},
                           {"loss_lower", "95 % from", 2},
                           {"loss_upper", "to", 2},
                           {"top_five", "Top-5, %", 2}});
  for (const RunRecord& run : runs)
    for (const ResultRecord& row : run.results) {
      const std::string method = method_of(runs, run, row);
      PageJson levels;
      if (row.levels) levels = *row.levels;
      PageJson top_five;
      if (row.test_top_five) top_five = row.test_top_five->value;
      table.add({run.name, method, fmt::format("{}, {}", method, treatment_text(row)), levels,
                 row.levels ? row.ranges : "lossless", treatment_text(row), row.search_accuracy,
                 row.test_accuracy.value, row.test_accuracy.lower, row.test_accuracy.upper,
                 row.test_loss.value, row.test_loss.lower, row.test_loss.upper, top_five});
    }
  return table;
}

/// Lines to hold the plans against: the lossless network, and the control that was retrained with
/// lossless ADCs.
PageTable lossless_rows(const Runs& runs) {
  PageTable table("lossless", {{"run", "Run"},
                               {"label", "Network"},
                               {"control", "Control"},
                               {"accuracy", "On test images, %", 2},
                               {"lower", "95 % from", 2},
                               {"upper", "to", 2}});
  for (const RunRecord& run : runs)
    for (const ResultRecord& row : run.results) {
      if (row.levels) continue;
      const std::string what =
          row.treatment.empty() ? "lossless" : fmt::format("lossless, {}", row.treatment);
      table.add({run.name, runs.size() == 1 ? what : fmt::format("{} · {}", run.name, what),
                 row.treatment.empty() ? "no" : "yes", row.test_accuracy.value,
                 row.test_accuracy.lower, row.test_accuracy.upper});
    }
  return table;
}

}  // namespace

PageSection accuracy_section(const Runs& runs) {
  PageSection section{"accuracy", "Accuracy",
                      "How many levels does the network need, and what does a better range or "
                      "another training save?"};
  section.blocks.push_back(page_chart(
      {.title = "Test accuracy against ADC levels",
       .description = "Points are top-1 accuracies on the test images with their 95 % Wilson "
                      "intervals, colours range methods, shapes what was done to the network. The "
                      "horizontal line is the network with lossless ADCs, its band the interval.",
       .spec = "accuracy",
       .tables = {plan_rows(runs), lossless_rows(runs)},
       .choices = {{.field = "treatment", .label = "Network", .all = "all"}}}));
  return section;
}

}  // namespace bitline
