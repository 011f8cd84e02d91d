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

/// A line to hold the plans against.
struct Baseline {
  const ResultRow* row = nullptr;  ///< the first that is as good on all images
  std::vector<std::string> runs;   ///< that have it
};

/// The lossless networks, and the controls that were retrained with lossless ADCs. Runs on the same
/// network and images share one.
std::vector<Baseline> baselines_of(const Runs& runs) {
  std::vector<Baseline> baselines;
  for (const RunRecord& run : runs)
    for (const ResultRow& row : run.results) {
      if (row.levels != 0 || row.real) continue;
      const auto same = std::ranges::find_if(baselines, [&](const Baseline& known) {
        return known.row->treatment == row.treatment &&
               known.row->test_accuracy == row.test_accuracy &&
               known.row->validation_accuracy == row.validation_accuracy;
      });
      if (same == baselines.end())
        baselines.push_back({&row, {run.name}});
      else
        same->runs.push_back(run.name);
    }
  return baselines;
}

/// What stands at the line of a row, once for each line; empty of rows that have none.
std::string baseline_label(const Runs& runs, const std::vector<Baseline>& baselines,
                           const ResultRow& row) {
  const auto own = std::ranges::find(baselines, &row, &Baseline::row);
  if (own == baselines.end()) return "";
  std::string label = row.treatment == Treatment::kNone
                          ? "lossless"
                          : fmt::format("lossless, {}", name_of(row.treatment));
  if (own->runs.size() < runs.size())
    label = fmt::format("{} · {}", fmt::join(own->runs, ", "), label);
  return label;
}

PageTable plan_rows(const Runs& runs, const Positions& positions) {
  PageTable table("rows", {{"run", "Run"},
                           {"method", "Method", {}, true},
                           {"series", "Series", {}, true},
                           {"position", "Position", 4, true},
                           {"baseline", "Baseline", {}, true},
                           {"control", "Control", {}, true},
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
  const std::vector<Baseline> baselines = baselines_of(runs);
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
      table.add({run.name, method_of(runs, run, row), series, position,
                 baseline_label(runs, baselines, row),
                 row.treatment == Treatment::kRetrained ? "yes" : "no", levels,
                 row.levels != 0 ? row.ranges : (row.real ? "float" : "lossless"),
                 row.levels != 0 ? PageJson(treatment_text(row)) : PageJson(),
                 in_per_cent(row.search_accuracy).value, in_per_cent(row.validation_accuracy).value,
                 test.value, test.lower, test.upper, row.test_loss.value, row.test_loss.lower,
                 row.test_loss.upper, top_five});
    }
  return table;
}

bool has_validation(const RunRecord& run) { return run.summary.images.validation > 0; }

/// Heading of the part that shows where plans were judged.
std::string_view judging_images(const Runs& runs) {
  if (std::ranges::all_of(runs, has_validation)) return "Validation images";
  if (std::ranges::none_of(runs, has_validation)) return "Search images";
  return "Validation images, or search images for want of others";
}

std::string judged_text(const Runs& runs) {
  const bool retrained = std::ranges::any_of(runs, [](const RunRecord& run) {
    return std::ranges::any_of(
        run.results, [](const ResultRow& row) { return row.treatment == Treatment::kRetrained; });
  });
  const std::string judged =
      std::ranges::all_of(runs, has_validation)
          ? "Validation images decide which plan is recommended"
          : "Where no validation images were left, search images decide which plan is recommended";
  return judged + (retrained ? ", of retrained networks those that training held out." : ".");
}

}  // namespace

PageSection accuracy_section(const Runs& runs) {
  PageSection section{"accuracy", "Accuracy",
                      "How many levels does the network need, and what does a better range or "
                      "another training save?"};
  const Positions positions(runs);
  section.blocks.push_back(page_chart(
      {.title = "Accuracy against ADC levels",
       .description =
           "Points are top-1 accuracies, side by side where they belong to the same number of "
           "levels; colours are range methods, shapes what was done to the network. The "
           "horizontal line is the network with lossless ADCs, a dotted line the control that was "
           "retrained with lossless ADCs. " +
           judged_text(runs) +
           " Test images have 95 % Wilson intervals, the lossless network's as a band.",
       .spec = "accuracy",
       .settings = {{"/facet/header/labelExpr",
                     fmt::format("datum.value === 'accuracy' ? 'Test images' : '{}'",
                                 judging_images(runs))},
                    {"/spec/layer/4/encoding/x/axis/values", positions.levels()}},
       .tables = {plan_rows(runs, positions)},
       .choices = {{.field = "treatment", .label = "Network", .all = "all"}}}));
  return section;
}

}  // namespace bitline
