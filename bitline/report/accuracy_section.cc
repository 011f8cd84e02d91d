#include <fmt/format.h>
#include <fmt/ranges.h>

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
std::string method_of(const Runs& runs, const RunRecord& run, const ResultRow& row) {
  return runs.size() == 1 ? row.ranges : fmt::format("{} · {}", run.name, row.ranges);
}

std::string series_of(const Runs& runs, const RunRecord& run, const ResultRow& row) {
  return fmt::format("{}, {}", method_of(runs, run, row), treatment_text(row));
}

/// Where the points of each series stand: a little beside their levels, so that intervals do not
/// hide each other. The axis is logarithmic.
class Positions {
 public:
  explicit Positions(const Runs& runs) {
    for (const RunRecord& run : runs)
      for (const ResultRow& row : run.results) {
        if (row.levels == 0) continue;
        levels_.insert(row.levels);
        series_.emplace(series_of(runs, run, row), series_.size());
      }
    double gap = 1;  // smallest distance of neighbouring numbers of levels, as a power of 2
    for (auto level = levels_.begin(); level != levels_.end(); ++level)
      if (const auto next = std::next(level); next != levels_.end())
        gap = std::min(gap, std::log2(static_cast<double>(*next) / static_cast<double>(*level)));
    step_ = std::min(0.05, 0.6 * gap / static_cast<double>(series_.size() + 1));
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
                           {"validation", "On validation images, %", 2},
                           {"accuracy", "On test images, %", 2},
                           {"lower", "95 % from", 2},
                           {"upper", "to", 2},
                           {"loss", "Loss on test, points", 2},
                           {"loss_lower", "95 % from", 2},
                           {"loss_upper", "to", 2},
                           {"top_five", "Top-5, %", 2}});
  for (const RunRecord& run : runs)
    for (const ResultRow& row : run.results) {
      const std::string series = series_of(runs, run, row);
      PageJson levels;
      PageJson position;
      if (row.levels != 0) {
        levels = row.levels;
        position = positions.of(series, row.levels);
      }
      PageJson top_five;
      if (row.test_top_five) top_five = in_per_cent(*row.test_top_five).value;
      const Interval test = in_per_cent(row.test_accuracy);
      table.add({run.name, method_of(runs, run, row), series, position, levels,
                 row.levels != 0 ? row.ranges : (row.real ? "float" : "lossless"),
                 treatment_text(row), in_per_cent(row.search_accuracy).value,
                 in_per_cent(row.validation_accuracy).value, test.value, test.lower, test.upper,
                 row.test_loss.value, row.test_loss.lower, row.test_loss.upper, top_five});
    }
  return table;
}

/// A line to hold the plans against.
struct Baseline {
  Treatment treatment = Treatment::kNone;
  Interval accuracy;              ///< on the test images, %
  std::vector<std::string> runs;  ///< that have it
};

/// The lossless networks, and the controls that were retrained with lossless ADCs. Runs on the same
/// network and images share one.
std::vector<Baseline> baselines_of(const Runs& runs) {
  std::vector<Baseline> baselines;
  for (const RunRecord& run : runs)
    for (const ResultRow& row : run.results) {
      if (row.levels != 0 || row.real) continue;
      const Interval accuracy = in_per_cent(row.test_accuracy);
      const auto same = std::ranges::find_if(baselines, [&](const Baseline& known) {
        return known.treatment == row.treatment && known.accuracy == accuracy;
      });
      if (same == baselines.end())
        baselines.push_back({row.treatment, accuracy, {run.name}});
      else
        same->runs.push_back(run.name);
    }
  return baselines;
}

PageTable lossless_rows(const Runs& runs) {
  PageTable table("lossless", {{"label", "Lossless ADCs"},
                               {"control", "Control", {}, true},
                               {"accuracy", "On test images, %", 2},
                               {"lower", "95 % from", 2},
                               {"upper", "to", 2}});
  for (const Baseline& baseline : baselines_of(runs)) {
    const bool is_control = baseline.treatment != Treatment::kNone;
    std::string label =
        is_control ? fmt::format("lossless, {}", name_of(baseline.treatment)) : "lossless";
    if (baseline.runs.size() < runs.size())
      label = fmt::format("{} · {}", fmt::join(baseline.runs, ", "), label);
    table.add({label, is_control ? "yes" : "no", baseline.accuracy.value, baseline.accuracy.lower,
               baseline.accuracy.upper});
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
       .description =
           "Points are top-1 accuracies on the test images with their 95 % Wilson "
           "intervals, side by side where they belong to the same number of levels; "
           "colours are range methods, shapes what was done to the network. The "
           "horizontal line is the network with lossless ADCs and the band its interval, "
           "a dotted line the control that was retrained with lossless ADCs.",
       .spec = "accuracy",
       .settings = {{"/layer/3/encoding/x/axis/values", positions.levels()}},
       .tables = {plan_rows(runs, positions), lossless_rows(runs)},
       .choices = {{.field = "treatment", .label = "Network", .all = "all"}}}));
  return section;
}

}  // namespace bitline
