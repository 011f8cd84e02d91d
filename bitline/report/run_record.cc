#include "bitline/report/run_record.h"

#include <algorithm>
#include <tuple>

#include "bitline/base/error.h"
#include "bitline/base/file.h"
#include "bitline/report/csv_table.h"

namespace bitline {
namespace {

namespace fs = std::filesystem;

PageJson read_json(const fs::path& file) {
  try {
    PageJson json = PageJson::parse(read_text_file(file));
    if (!json.is_object()) fail("{} is no JSON object", file.string());
    return json;
  } catch (const nlohmann::json::exception& error) {
    fail("{}: {}", file.string(), error.what());
  }
}

/// Null where there is no such file.
PageJson read_json_if_there(const fs::path& file) {
  return fs::exists(file) ? read_json(file) : PageJson();
}

CsvTable read_csv(const fs::path& file) {
  const std::string text = read_text_file(file);
  return with_context(file.string(), [&] { return CsvTable::parse(text); });
}

Estimate estimate(const CsvTable& table, std::size_t row, const std::string& value,
                  const std::string& interval) {
  return {table.number(row, value), table.number(row, interval + "_lower"),
          table.number(row, interval + "_upper")};
}

ResultRecord read_result(const CsvTable& table, std::size_t row) {
  ResultRecord result;
  if (table.text(row, "levels") != "lossless") result.levels = table.integer(row, "levels");
  result.ranges = table.text(row, "ranges");
  result.treatment = table.text(row, "treatment");
  result.search_accuracy = table.number(row, "search_accuracy");
  result.search_loss = table.number(row, "search_loss_points");
  result.validation_accuracy = table.number(row, "validation_accuracy");
  result.test_accuracy = estimate(table, row, "test_accuracy", "test_accuracy");
  if (table.has("test_top5_accuracy"))
    result.test_top_five = estimate(table, row, "test_top5_accuracy", "test_top5");
  result.test_loss = estimate(table, row, "test_loss_points", "test_loss");
  result.plan = table.text(row, "plan");
  result.network = table.text(row, "network");
  return result;
}

std::vector<ResultRecord> read_results(const fs::path& file) {
  const CsvTable table = read_csv(file);
  return with_context(file.string(), [&] {
    std::vector<ResultRecord> results;
    for (std::size_t row = 0; row < table.row_count(); ++row)
      results.push_back(read_result(table, row));
    return results;
  });
}

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
  const auto seconds = run.description.find("seconds");
  return seconds == run.description.end() || seconds->contains(stage);
}

std::string plan_stem(const ResultRecord& row) { return fs::path(row.plan).stem().string(); }

PlanRecord read_search(const fs::path& folder, const ResultRecord& row) {
  PlanRecord record;
  record.name = plan_stem(row);
  record.levels = row.levels.value_or(0);
  record.ranges = row.ranges;
  record.plan = read_plan(folder / row.plan);
  record.curve = read_curve(folder / "curves" / (record.name + ".csv"));
  const fs::path summary = folder / "searches" / (record.name + ".json");
  if (fs::exists(summary)) {
    const PageJson json = read_json(summary);
    record.images_measured = json.value("images_measured", std::int64_t{0});
    record.images_in_full = json.value("images_in_full", std::int64_t{0});
  }
  return record;
}

/// "L4-layer-wise-retrained" for the files about that plan on that network; a plan that retraining
/// has changed is called so itself.
std::string file_stem(const ResultRecord& row) {
  const std::string plan = plan_stem(row);
  const std::string treatment = "-" + row.treatment;
  return row.treatment.empty() || plan.ends_with(treatment) ? plan : plan + treatment;
}

/// A plan stands in one row for each treatment.
std::vector<PlanRecord> read_searches(const fs::path& folder, const RunRecord& run) {
  std::vector<PlanRecord> plans;
  for (const ResultRecord& row : run.results) {
    const std::string name = plan_stem(row);
    const bool known =
        std::ranges::any_of(plans, [&](const PlanRecord& plan) { return plan.name == name; });
    if (!row.plan.empty() && !known) plans.push_back(read_search(folder, row));
  }
  return plans;
}

std::vector<CostRecord> read_costs(const fs::path& folder, const RunRecord& run) {
  std::vector<CostRecord> costs;
  for (const ResultRecord& row : run.results) {
    const std::string stem = file_stem(row);
    const fs::path file = folder / "costs" / (stem + ".json");
    if (took_part(run, "cost-" + stem) && fs::exists(file))
      costs.push_back({stem, read_json(file)});
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
  run.description = read_json(folder / "run.json");
  run.results = read_results(folder / "results.csv");
  for (ResultRecord& row : run.results)
    if (const std::string stem = file_stem(row); took_part(run, "explain-" + stem))
      row.explanation = read_json_if_there(folder / "explanations" / (stem + ".json"));
  run.plans = read_searches(folder, run);
  run.costs = read_costs(folder, run);
  run.sums = read_sums(folder / "profile" / "counts.csv");
  run.mapping = read_json_if_there(folder / "mapping.json");
  if (took_part(run, "allocate")) run.allocation = read_json_if_there(folder / "allocation.json");
  return run;
}

/// The folder's name; the whole path where two have the same.
void name_runs(std::span<const fs::path> folders, std::vector<RunRecord>& runs) {
  std::map<std::string, int> uses;
  const auto short_name = [&](std::size_t i) {
    return fs::absolute(folders[i] / ".").lexically_normal().parent_path().filename().string();
  };
  for (std::size_t i = 0; i < runs.size(); ++i) ++uses[short_name(i)];
  for (std::size_t i = 0; i < runs.size(); ++i)
    runs[i].name = uses.at(short_name(i)) == 1 ? short_name(i) : folders[i].string();
}

}  // namespace

std::optional<std::size_t> RunRecord::recommended() const {
  if (!description.contains("recommended")) return std::nullopt;
  const std::string plan = description.value("recommended", "");
  const std::string network = description.value("recommended_network", "");
  const auto found = std::ranges::find_if(
      results, [&](const ResultRecord& row) { return row.plan == plan && row.network == network; });
  if (found == results.end()) return std::nullopt;
  return static_cast<std::size_t>(found - results.begin());
}

const PlanRecord* RunRecord::plan_of(const ResultRecord& row) const {
  const std::string wanted = plan_stem(row);
  const auto found =
      std::ranges::find_if(plans, [&](const PlanRecord& plan) { return plan.name == wanted; });
  return found == plans.end() ? nullptr : &*found;
}

const CostRecord* RunRecord::first_cost() const {
  if (costs.empty()) return nullptr;
  if (const auto row = recommended())
    for (const std::string& wanted : {file_stem(results[*row]), plan_stem(results[*row])})
      for (const CostRecord& own : costs)
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
