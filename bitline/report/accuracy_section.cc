#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>

#include "bitline/report/labels.h"
#include "bitline/report/sections.h"

namespace bitline {
namespace {

/// "layer-wise", with the run in front where there are several.
std::string method_of(const Runs& runs, const RunRecord& run, const ResultRecord& row) {
  return runs.size() == 1 ? row.ranges : fmt::format("{} · {}", run.name, row.ranges);
}

std::string series_of(const Runs& runs, const RunRecord& run, const ResultRecord& row) {
  return fmt::format("{}, {}", method_of(runs, run, row), treatment_text(row));
}

/// Where the points of each series stand: a little beside their levels, so that intervals do not
/// hide each other. The axis is logarithmic.
class Positions {
 public:
  explicit Positions(const Runs& runs) {
    for (const RunRecord& run : runs)
      for (const ResultRecord& row : run.results) {
        if (!row.levels) continue;
        levels_.insert(*row.levels);
        series_.emplace(series_of(runs, run, row), series_.size());
      }
    double gap = 1;  // smallest distance of neighbouring numbers of levels, as a power of 2
    for (auto level = levels_.begin(); level != levels_.end(); ++level)
      if (const auto next = std::next(level); next != levels_.end())
        gap = std::min(gap, std::log2(static_cast<double>(*next) / static_cast<double>(*level)));
    step_ = 0.6 * gap / static_cast<double>(series_.size() + 1);
  }

  double of(const std::string& series, std::int64_t levels) const {
    const double middle = (static_cast<double>(series_.size()) - 1) / 2;
    const double place = static_cast<double>(series_.at(series)) - middle;
    return static_cast<double>(levels) * std::exp2(place * step_);
  }
  const std::set<std::int64_t>& levels() const { return levels_; }

 private:
  std::set<std::int64_t> levels_;
  std::map<std::string, std::size_t> series_;
  double step_ = 0;
};

PageTable plan_rows(const Runs& runs, const Positions& positions) {
  PageTable table("rows", {{"run", "Run"},
                           {"method", "Method", {}, true},
                           {"series", "Series", {}, true},
                           {"position", "Position", 4, true},
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
      const std::string series = series_of(runs, run, row);
      PageJson levels;
      PageJson position;
      if (row.levels) {
        levels = *row.levels;
        position = positions.of(series, *row.levels);
      }
      PageJson top_five;
      if (row.test_top_five) top_five = row.test_top_five->value;
      table.add({run.name, method_of(runs, run, row), series, position, levels,
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
  const Positions positions(runs);
  section.blocks.push_back(page_chart(
      {.title = "Test accuracy against ADC levels",
       .description = "Points are top-1 accuracies on the test images with their 95 % Wilson "
                      "intervals, colours range methods, shapes what was done to the network. The "
                      "horizontal line is the network with lossless ADCs, its band the interval.",
       .spec = "accuracy",
       .settings = {{"/layer/3/encoding/x/axis/values", positions.levels()}},
       .tables = {plan_rows(runs, positions), lossless_rows(runs)},
       .choices = {{.field = "treatment", .label = "Network", .all = "all"}}}));
  return section;
}

}  // namespace bitline
