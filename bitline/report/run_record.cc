#include "bitline/report/run_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <type_traits>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/record/csv_table.h"

namespace bitline {
namespace {

namespace fs = std::filesystem;

/// An Error about the text begins with the file.
template <typename Read>
auto read_record(const fs::path& file, Read read) {
  const std::string text = read_text_file(file);
  return with_context(file.string(), [&] { return read(text); });
}

/// Nothing where there is no such file.
template <typename Read>
auto read_if_there(const fs::path& file, Read read) {
  std::optional<std::invoke_result_t<Read, std::string_view>> record;
  if (fs::exists(file)) record = read_record(file, read);
  return record;
}

CsvTable read_csv(const fs::path& file) { return read_record(file, CsvTable::parse); }

std::vector<CurveRecord> read_curve(const fs::path& file) {
  if (!fs::exists(file)) return {};
  const CsvTable table = read_csv(file);
  return with_context(file.string(), [&] {
    std::vector<CurveRecord> curve;
    for (std::size_t row = 0; row < table.row_count(); ++row)
      curve.push_back({table.integer(row, "pass"), table.text(row, "layer"),
                       table.number(row, "delta"), table.integer(row, "images"),
                       table.integer(row, "correct"), table.text(row, "status")});
    return curve;
  });
}

/// An earlier configuration may have had stages that this one has not, and left their files.
bool took_part(const RunRecord& run, const std::string& stage) {
  return run.summary.seconds.contains(stage);
}

std::string plan_stem(const ResultRow& row) { return fs::path(row.plan).stem().string(); }

PlanRecord read_search(const fs::path& folder, const ResultRow& row) {
  PlanRecord record;
  record.name = plan_stem(row);
  record.levels = row.levels;
  record.ranges = row.ranges;
  record.plan = read_plan(folder / row.plan);
  record.curve = read_curve(folder / "curves" / (record.name + ".csv"));
  record.search =
      read_if_there(folder / "searches" / (record.name + ".json"), search_summary_from_json);
  return record;
}

/// A plan stands in one row for each treatment.
std::vector<PlanRecord> read_searches(const fs::path& folder, const RunRecord& run) {
  std::vector<PlanRecord> plans;
  for (const ResultRow& row : run.results) {
    const std::string name = plan_stem(row);
    const bool known =
        std::ranges::any_of(plans, [&](const PlanRecord& plan) { return plan.name == name; });
    if (!row.plan.empty() && !known) plans.push_back(read_search(folder, row));
  }
  return plans;
}

/// One for each row.
std::vector<std::optional<ExplanationRecord>> read_explanations(const fs::path& folder,
                                                                const RunRecord& run) {
  std::vector<std::optional<ExplanationRecord>> explanations;
  for (const ResultRow& row : run.results) {
    const std::string stem = artefact_name(row);
    explanations.emplace_back();
    if (took_part(run, "explain-" + stem))
      explanations.back() =
          read_if_there(folder / "explanations" / (stem + ".json"), explanation_from_json);
  }
  return explanations;
}

std::vector<PlanCost> read_costs(const fs::path& folder, const RunRecord& run) {
  std::vector<PlanCost> costs;
  for (const ResultRow& row : run.results) {
    const std::string stem = artefact_name(row);
    if (!took_part(run, "cost-" + stem)) continue;
    if (auto cost = read_if_there(folder / "costs" / (stem + ".json"), cost_from_json))
      costs.push_back({stem, *std::move(cost)});
  }
  return costs;
}

std::vector<SumRecord> read_sums(const fs::path& file) {
  if (!fs::exists(file)) return {};
  const CsvTable table = read_csv(file);
  return with_context(file.string(), [&] {
    std::map<std::string, std::size_t> order;  // of the layers
    std::map<std::tuple<std::size_t, std::int64_t, std::int64_t>, SumRecord> sums;
    for (std::size_t row = 0; row < table.row_count(); ++row) {
      const std::string& layer = table.text(row, "layer");
      const std::size_t place = order.emplace(layer, order.size()).first->second;
      const std::int64_t stream = table.integer(row, "stream");
      const std::int64_t sum = table.integer(row, "sum");
      SumRecord& record = sums[{place, stream, sum}];
      record = {layer, stream, sum, record.count + table.integer(row, "count")};
    }
    std::vector<SumRecord> sorted;
    for (const auto& [key, record] : sums) sorted.push_back(record);
    return sorted;
  });
}

RunRecord read_run(const fs::path& folder) {
  for (const char* needed : {"results.csv", "run.json"})
    if (!fs::exists(folder / needed))
      fail(
          "{} holds no {}; it is no run folder, or its run has not ended: give its 'bitline run' "
          "again",
          folder.string(), needed);
  RunRecord run;
  run.summary = read_record(folder / "run.json", run_summary_from_json);
  run.results = read_record(folder / "results.csv", rows_from_csv);
  if (run.results.empty()) fail("{} has no row", (folder / "results.csv").string());
  run.explanations = read_explanations(folder, run);
  run.plans = read_searches(folder, run);
  run.costs = read_costs(folder, run);
  run.sums = read_sums(folder / "profile" / "counts.csv");
  run.mapping = read_if_there(folder / "mapping.json", mapping_from_json);
  if (took_part(run, "allocate"))
    run.allocation = read_if_there(folder / "allocation.json", allocation_from_json);
  return run;
}

/// The folder's name; the whole path where two have the same.
void name_runs(std::span<const fs::path> folders, std::vector<RunRecord>& runs) {
  std::map<std::string, int> uses;
  const auto short_name = [&](std::size_t i) { return folder_name(folders[i]); };
  for (std::size_t i = 0; i < runs.size(); ++i) ++uses[short_name(i)];
  for (std::size_t i = 0; i < runs.size(); ++i)
    runs[i].name = uses.at(short_name(i)) == 1 ? short_name(i) : folders[i].string();
}

}  // namespace

std::optional<std::size_t> RunRecord::recommended() const {
  if (summary.recommended.empty()) return std::nullopt;
  const auto found = std::ranges::find_if(results, [this](const ResultRow& row) {
    return row.plan == summary.recommended && row.network == summary.recommended_network;
  });
  if (found == results.end()) return std::nullopt;
  return static_cast<std::size_t>(found - results.begin());
}

const PlanRecord* RunRecord::plan_of(const ResultRow& row) const {
  const std::string wanted = plan_stem(row);
  const auto found =
      std::ranges::find_if(plans, [&](const PlanRecord& plan) { return plan.name == wanted; });
  return found == plans.end() ? nullptr : &*found;
}

const ResultRow* RunRecord::best_row() const {
  const auto row = recommended();
  return row ? &results[*row] : closest_row(results);
}

const PlanCost* RunRecord::first_cost() const {
  if (costs.empty()) return nullptr;
  if (const ResultRow* row = best_row())
    for (const std::string& wanted : {artefact_name(*row), plan_stem(*row)})
      for (const PlanCost& own : costs)
        if (own.name == wanted) return &own;
  return &costs.front();
}

std::vector<RunRecord> read_runs(std::span<const fs::path> folders) {
  std::vector<RunRecord> runs;
  runs.reserve(folders.size());
  for (const fs::path& folder : folders) runs.push_back(read_run(folder));
  name_runs(folders, runs);
  return runs;
}

}  // namespace bitline
