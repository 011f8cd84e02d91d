#include "bitline/run/compare.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/base/version.h"
#include "bitline/config/config.h"
#include "bitline/report/report.h"
#include "bitline/run/run.h"

namespace bitline {
namespace {

constexpr std::string_view kIsaac = "isaac";

/// The configuration that a report shows, with what a method sets itself.
std::string shown(const std::string& as_used, const std::vector<std::string>& settings) {
  Config config = Config::from_text(as_used, "the configuration as used");
  for (const std::string& setting : settings) config.set(setting);
  return config.to_toml();
}

void as_in_isaac(ArraySpec& array) {
  array.encoding = encodings::kTwosComplement;
  array.column_flip = ColumnFlip::kComplement;
  array.subtract = Subtract::kAnalog;
  array.offset_removal = OffsetRemoval::kReferenceColumn;
}

/// The same for the configuration, in one of its tables.
std::vector<std::string> isaac_settings(const std::string& table) {
  return {table + ".encoding=twos-complement", table + ".column_flip=complement",
          table + ".subtract=analog", table + ".offset_removal=reference-column"};
}

/// Beside others their run has trained the control: with lossless ADCs the array makes no
/// difference.
ComparedRun isaac(RunConfig config, bool beside_others) {
  config.names_encoding = true;
  as_in_isaac(config.array.common);
  std::vector<std::string> settings = isaac_settings("array");
  for (auto& [layer, own] : config.array.layers) {
    as_in_isaac(own.array);
    std::ranges::copy(isaac_settings("array.layers." + toml_key(layer)),
                      std::back_inserter(settings));
  }
  settings.emplace_back("search.ranges=[\"full-range\"]");
  config.search.ranges = {range_methods::kFullRange};
  config.allocate.reset();
  if (config.retrain) config.retrain->control = !beside_others;
  config.as_used = shown(config.as_used, settings);
  return {"isaac", std::string(kIsaac), std::move(config)};
}

/// Paths lead from the comparison's folder.
void add_rows(const ComparedRun& run, const std::vector<ResultRow>& found,
              std::vector<ResultRow>& rows) {
  for (ResultRow row : found) {
    const bool is_plan = row.levels != 0;
    if (!is_plan && !rows.empty() && run.method == kIsaac) continue;  // the same network again
    if (is_plan && !run.method.empty()) row.ranges = run.method;
    for (std::string* path : {&row.plan, &row.network})
      if (!path->empty()) *path = run.folder + "/" + *path;
    rows.push_back(std::move(row));
  }
}

}  // namespace

std::vector<ComparedRun> compared_runs(const RunConfig& config) {
  std::vector<ComparedRun> runs;
  RunConfig others = config;
  others.search.ranges.clear();
  others.allocate.reset();  // what it finds is none of the methods
  bool with_isaac = false;
  for (const std::string& name : config.compare.methods) {
    if (name == kIsaac) {
      with_isaac = true;
    } else {
      others.search.ranges.push_back(with_context(
          "compare.methods (beside isaac)", [&name] { return pick<RangeMethodPolicy>(name); }));
    }
  }
  if (!others.search.ranges.empty()) {
    std::vector<std::string_view> names;
    for (const RangeMethod method : others.search.ranges) names.push_back(name_of(method));
    others.as_used =
        shown(config.as_used, {fmt::format("search.ranges=[\"{}\"]", fmt::join(names, "\",\""))});
    runs.push_back({"configured", "", std::move(others)});
  }
  if (with_isaac) runs.push_back(isaac(config, !runs.empty()));
  return runs;
}

std::vector<ResultRow> compare(const RunConfig& config, const std::filesystem::path& folder,
                               const Job& job) {
  std::vector<ResultRow> rows;
  std::vector<std::filesystem::path> folders;
  const std::vector<ComparedRun> runs = compared_runs(config);
  for (const ComparedRun& run : runs) check_run(run.config);
  for (const ComparedRun& run : runs) {
    folders.push_back(folder / run.folder);
    add_rows(run, run_pipeline(run.config, folders.back(), job).rows, rows);
  }
  write_file_atomically(folder / "comparison.csv", to_csv(rows));
  write_file_atomically(folder / "report.html", make_report(folders, version()));
  return rows;
}

}  // namespace bitline
