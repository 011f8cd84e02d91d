#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "bitline/adc/clipped_sums.h"
#include "bitline/adc/stream_tables.h"
#include "bitline/report/labels.h"
#include "bitline/report/sections.h"

namespace bitline {
namespace {

/// Bars of all histograms together, which keeps a report of many runs and layers below 5 MB; few
/// have so many sums that bars have to hold several of them.
constexpr std::size_t kBars = 40'000;
constexpr std::size_t kFewestBars = 16;
/// More lines than that are a grey area.
constexpr std::size_t kThresholdsDrawn = 128;

/// One histogram is that of a layer and stream.
std::size_t bars_per_histogram(const Runs& runs) {
  std::size_t histograms = 0;
  for (const RunRecord& run : runs) {
    std::set<std::pair<std::string, std::int64_t>> seen;
    for (const SumRecord& sum : run.sums) seen.emplace(sum.layer, sum.stream);
    histograms += seen.size();
  }
  return std::max(kFewestBars, kBars / std::max<std::size_t>(histograms, 1));
}

/// Sums of one layer, and how many of them share a bar.
struct Bars {
  std::int64_t first = 0;  ///< smallest sum seen
  std::int64_t last = 0;
  std::int64_t width = 1;
  std::map<std::int64_t, std::int64_t> totals;                           ///< by stream
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> counts;  ///< by stream, bar
};

Bars bars_of(const std::vector<SumRecord>& sums, std::size_t most) {
  const auto [first, last] = std::ranges::minmax(sums, {}, &SumRecord::sum);
  Bars bars;
  bars.first = first.sum;
  bars.last = last.sum;
  bars.width = 1 + (bars.last - bars.first) / static_cast<std::int64_t>(most);
  for (const SumRecord& sum : sums) {
    bars.totals[sum.stream] += sum.count;
    bars.counts[{sum.stream, (sum.sum - bars.first) / bars.width}] += sum.count;
  }
  return bars;
}

PageTable sum_table(const Runs& runs) {
  PageTable table("sums", {{"run", "Run", {}, true},
                           {"layer", "Layer"},
                           {"stream", "Input bit", 0},
                           {"first", "Sum from, LSB", 0},
                           {"last", "to, LSB", 0},
                           {"count", "Conversions", 0},
                           {"share", "Share, %", 4}});
  const std::size_t most = bars_per_histogram(runs);
  for (const RunRecord& run : runs) {
    std::map<std::string, std::vector<SumRecord>> layers;
    for (const SumRecord& sum : run.sums) layers[sum.layer].push_back(sum);
    for (const std::string& layer : layers_in_order(run)) {
      if (!layers.contains(layer)) continue;
      const Bars bars = bars_of(layers.at(layer), most);
      for (const auto& [key, count] : bars.counts) {
        const std::int64_t first = bars.first + key.second * bars.width;
        const double share =
            100 * static_cast<double>(count) / static_cast<double>(bars.totals.at(key.first));
        table.add({run.name, layer, key.first, first, std::min(first + bars.width - 1, bars.last),
                   count, share});
      }
    }
  }
  return table;
}

/// In LSB, as far as sums are not clipped: not as far as δ where a level is given up.
std::pair<double, double> unclipped_range(const CodeTable& codes) {
  const auto [first, last] = unclipped_sums(codes);
  return {static_cast<double>(first) - 0.5, static_cast<double>(last) + 0.5};
}

/// Thresholds and ranges of every plan; where input bits have ranges of their own, the widest.
std::array<PageTable, 2> plan_tables(const Runs& runs) {
  const std::vector<PageColumn> keys{
      {"run", "Run", {}, true}, {"layer", "Layer"}, {"plan", "Plan"}};
  std::vector<PageColumn> threshold_columns = keys;
  threshold_columns.push_back({"threshold", "Threshold, LSB", 0});
  std::vector<PageColumn> range_columns = keys;
  range_columns.push_back({"lower", "Range from, LSB", 2});
  range_columns.push_back({"upper", "to, LSB", 2});
  PageTable thresholds("thresholds", threshold_columns);
  PageTable ranges("ranges", range_columns);
  for (const RunRecord& run : runs)
    for (const PlanRecord& plan : run.plans)
      for (const auto& [layer, adc] : plan.plan.layers) {
        const CodeTable codes = widest_table(adc.spec, adc.sums);
        const auto [lower, upper] = unclipped_range(codes);
        ranges.add({run.name, layer, plan.name, lower, upper});
        if (codes.thresholds.size() > kThresholdsDrawn) continue;
        for (const std::int64_t threshold : codes.thresholds)
          thresholds.add({run.name, layer, plan.name, threshold});
      }
  return {thresholds, ranges};
}

}  // namespace

PageSection sums_section(const Runs& runs) {
  PageSection section{"sums", "Partial sums",
                      "What do the ADCs see, and where do the thresholds of a plan cut it?"};
  if (std::ranges::all_of(runs, [](const RunRecord& run) { return run.sums.empty(); })) {
    section.blocks.push_back(page_text("The run folder holds no profile/counts.csv.", "note"));
    return section;
  }
  const auto [thresholds, ranges] = plan_tables(runs);
  section.blocks.push_back(page_chart(
      {.title = "Histogram of partial sums by input bit",
       .description = "Bars are shares of the conversions with lossless ADCs, weight planes and "
                      "tiles together, for each bit of the input (bit 0 counts least). Dashed "
                      "lines are the thresholds of the plan: a code begins there. The shaded band "
                      "is what it does not clip. Where input bits have ranges of their "
                      "own, the widest is drawn; the section Plan lists all.",
       .spec = "sums",
       .tables = {sum_table(runs), thresholds, ranges},
       .choices = {run_choice(),
                   {.field = "layer", .label = "Layer"},
                   {.field = "plan", .label = "Plan", .initial = first_plan(runs.front())}}}));
  return section;
}

}  // namespace bitline
