#include "bitline/record/result_row.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <set>

#include "bitline/base/fail.h"
#include "bitline/record/csv_table.h"

namespace bitline {
namespace {

constexpr std::string_view kLossless = "lossless";
constexpr std::string_view kFloat = "float";
constexpr double kPerCent = 100;
constexpr std::int64_t kDecimals = 10000;  // as many as the table has

std::string per_cent(const Interval& share) {
  return fmt::format("{:.4f},{:.4f},{:.4f}", 100 * share.value, 100 * share.lower,
                     100 * share.upper);
}

Interval read_interval(const CsvTable& table, std::size_t row, const std::string& value,
                       const std::string& ends, double unit) {
  return {table.number(row, value) / unit, table.number(row, ends + "_lower") / unit,
          table.number(row, ends + "_upper") / unit};
}

Interval read_share(const CsvTable& table, std::size_t row, const std::string& column) {
  const double share = table.number(row, column) / kPerCent;
  return {share, share, share};
}

std::string levels_text(const ResultRow& row) {
  if (row.levels != 0) return std::to_string(row.levels);
  return std::string(row.real ? kFloat : kLossless);
}

Treatment read_treatment(const std::string& name) {
  try {
    return from_name<Treatment>(name);
  } catch (const Error& error) {
    fail("column treatment: {}", error.what());
  }
}

ResultRow read_row(const CsvTable& table, std::size_t row) {
  ResultRow r;
  r.real = table.text(row, "levels") == kFloat;
  if (!r.real && table.text(row, "levels") != kLossless) r.levels = table.integer(row, "levels");
  r.ranges = table.text(row, "ranges");
  r.treatment = read_treatment(table.text(row, "treatment"));
  r.search_accuracy = read_share(table, row, "search_accuracy");
  r.search_loss = table.number(row, "search_loss_points");
  r.validation_accuracy = read_share(table, row, "validation_accuracy");
  const double lost = table.number(row, "validation_loss_points");
  r.validation_loss = Rational(std::llround(kDecimals * lost), kDecimals);
  r.validation_loss_interval = {lost, lost, lost};
  r.test_accuracy = read_interval(table, row, "test_accuracy", "test_accuracy", kPerCent);
  if (table.has("test_top5_accuracy"))
    r.test_top_five = read_interval(table, row, "test_top5_accuracy", "test_top5", kPerCent);
  r.test_loss = read_interval(table, row, "test_loss_points", "test_loss", 1);
  r.plan = table.text(row, "plan");
  r.network = table.text(row, "network");
  return r;
}

}  // namespace

const ResultRow& lossless_row(const std::vector<ResultRow>& rows) {
  return rows.at(rows.front().real ? 1 : 0);
}

const ResultRow* closest_row(const std::vector<ResultRow>& rows) {
  const ResultRow* best = nullptr;
  for (const ResultRow& row : rows)
    if (row.levels != 0 && (best == nullptr || row.validation_loss < best->validation_loss))
      best = &row;
  return best;
}

double lost_from_float(const ResultRow& real, const ResultRow& row) {
  return row.test_loss.value - real.test_loss.value;
}

std::string artefact_name(const ResultRow& row) {
  std::string plan = std::filesystem::path(row.plan).stem().string();
  if (row.treatment == Treatment::kNone || plan.empty()) return plan;
  const std::string treatment = fmt::format("-{}", name_of(row.treatment));
  return plan.ends_with(treatment) ? plan : plan + treatment;
}

std::vector<std::int64_t> levels_tried(const std::vector<ResultRow>& rows) {
  std::set<std::int64_t> levels;
  for (const ResultRow& row : rows)
    if (row.levels != 0 && row.ranges != kAllocated) levels.insert(row.levels);
  return {levels.begin(), levels.end()};
}

std::string to_csv(const std::vector<ResultRow>& rows) {
  const bool top_five = !rows.empty() && rows.front().test_top_five;
  std::string csv = fmt::format(
      "levels,ranges,treatment,search_accuracy,search_loss_points,validation_accuracy,"
      "validation_loss_points,test_accuracy,"
      "test_accuracy_lower,test_accuracy_upper,{}test_loss_points,test_loss_lower,test_loss_upper,"
      "plan,network\n",
      top_five ? "test_top5_accuracy,test_top5_lower,test_top5_upper," : "");
  for (const ResultRow& r : rows)
    csv += fmt::format(
        "{},{},{},{:.4f},{:.4f},{:.4f},{:.4f},{},{}{:.4f},{:.4f},{:.4f},{},{}\n", levels_text(r),
        r.ranges, name_of(r.treatment), 100 * r.search_accuracy.value, r.search_loss,
        100 * r.validation_accuracy.value, r.validation_loss.to_double(), per_cent(r.test_accuracy),
        r.test_top_five ? per_cent(*r.test_top_five) + "," : "", r.test_loss.value,
        r.test_loss.lower, r.test_loss.upper, r.plan, r.network);
  return csv;
}

std::vector<ResultRow> rows_from_csv(std::string_view text) {
  const CsvTable table = CsvTable::parse(text);
  std::vector<ResultRow> rows;
  for (std::size_t row = 0; row < table.row_count(); ++row) rows.push_back(read_row(table, row));
  return rows;
}

}  // namespace bitline
