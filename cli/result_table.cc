#include "cli/result_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "bitline/adc/adc_text.h"
#include "bitline/adc/stream_tables.h"
#include "cli/command.h"

namespace bitline::cli {
namespace {

constexpr std::size_t kThresholdsShown = 6;

/// Names of range methods that are longer than the usual ones widen their column.
std::size_t ranges_width(const std::vector<ResultRow>& rows) {
  std::size_t width = range_methods::kNetworkWise.name.size();
  for (const ResultRow& row : rows) width = std::max(width, row.ranges.size());
  return width;
}

/// Of the lossless network itself, nothing.
std::string loss_cell(const ResultRow& row, double max_loss, const Paint& paint) {
  if (row.levels == 0 && !row.real && row.treatment == Treatment::kNone)
    return fmt::format("{:<22}", "");
  std::string text = fmt::format("{:<22}", to_text(row.test_loss));
  if (row.real) return text;
  return row.test_loss.value <= max_loss ? paint.green(text) : paint.red(text);
}

std::string row_line(const ResultRow& row, std::size_t width, double max_loss, const Paint& paint) {
  const std::string levels = row.levels != 0 ? std::to_string(row.levels)
                             : row.real      ? std::string("float")
                                             : std::string("lossless");
  const std::string top_five =
      row.test_top_five ? fmt::format("{:>6.2f}  ", 100 * row.test_top_five->value) : "";
  return fmt::format(
      "{:>8}  {:<{}}  {:<12}  {:>7.2f}  {:>10.2f}  {:>6.2f} [{:.2f}, {:.2f}]  {}{}  {}", levels,
      row.ranges, width, name_of(row.treatment), 100 * row.search_accuracy.value,
      100 * row.validation_accuracy.value, 100 * row.test_accuracy.value,
      100 * row.test_accuracy.lower, 100 * row.test_accuracy.upper, top_five,
      loss_cell(row, max_loss, paint), artefact_name(row));
}

/// Ranges may have fitted the search images; whoever reads a loss on those has to know.
std::string judged_on(std::int64_t validation_images) {
  if (validation_images > 0) return "validation images";
  return "search images (no other training images are left to validate on)";
}

void print_lost_from_float(const ResultRow& real, const ResultRow& row) {
  fmt::print(
      "\nFrom the float network to {} are {:.2f} points on the test images: grids and ADCs.\n",
      artefact_name(row), lost_from_float(real, row));
}

std::string points(double count) { return fmt::format("{} point{}", count, count == 1 ? "" : "s"); }

}  // namespace

std::string share_of_brute_force(std::int64_t images_measured, std::int64_t images_in_full) {
  if (images_in_full == 0) return "ranges from statistics, nothing searched";
  return fmt::format(
      "{:.1f} % of the image evaluations of brute force, same result",
      100 * static_cast<double>(images_measured) / static_cast<double>(images_in_full));
}

void print_given_batch_norm(const std::vector<std::string>& layers, std::string_view who) {
  if (layers.empty()) return;
  fmt::print(
      "{} layers have no batch-norm of their own, as where an export folds it into the weights\n"
      "(docs/onnx.md): {} have a scale and an offset for each of their channels, as batch-norm is "
      "elsewhere; cost counts neither.\n",
      layers.size(), who);
}

void print_plan(const AdcPlan& plan, const Network& network) {
  fmt::print("{:<28}  {:>6}  {:>7}  {:>7}  {:>16}  {}\n", "layer", "levels", "delta", "step",
             "possible sums", "thresholds (a code begins at this partial sum)");
  for (const Node& node : network.nodes) {
    const auto found = plan.layers.find(node.name);
    if (found == plan.layers.end()) continue;
    const auto& [name, planned] = *found;
    const CodeTable table = widest_table(planned.spec, planned.sums);
    fmt::print("{:<28}  {:>6}  {:>7}  {:>7}  {:>16}  {}\n", name, table.levels(),
               delta_text(planned.spec, "-"), step_text(planned, "-"),
               fmt::format("{} to {}", planned.sums.minimum, planned.sums.maximum),
               thresholds_by_stream(planned, kThresholdsShown, "..."));
  }
}

void print_rows(const std::vector<ResultRow>& rows, std::optional<std::size_t> recommended,
                double max_loss, const Paint& paint) {
  fmt::print(
      "\nTop-1 accuracy in %, 95 % intervals; loss in points against lossless ADCs, paired\n");
  const bool top_five = !rows.empty() && rows.front().test_top_five;
  const std::size_t width = ranges_width(rows);
  fmt::print("{:>8}  {:<{}}  {:<12}  {:>7}  {:>10}  {:<21}  {}{:<22}  {}\n", "levels", "ranges",
             width, "network", "search", "validation", "test", top_five ? " top-5  " : "",
             "loss on test", "name for --plan");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string line = row_line(rows[i], width, max_loss, paint);
    fmt::print("{}\n", recommended == i ? paint.bold(line + "  <- plan.json") : line);
  }
}

void print_unfinished(const UnfinishedRun& run) {
  const auto is_measured = [](const FinishedPlan& plan) {
    return plan.search || plan.validation || plan.test;
  };
  if (std::ranges::none_of(run.plans, is_measured)) return;
  std::size_t width = 0;
  for (const FinishedPlan& plan : run.plans) width = std::max(width, plan.name.size());
  const auto cell = [](const std::optional<Interval>& accuracy) {
    return accuracy ? to_text(*accuracy, 100) : std::string("-");
  };
  fmt::print("\nUnfinished. Top-1 accuracy in %, 95 % intervals, as far as it was measured\n");
  fmt::print("{:<{}}  {:<21}  {:<21}  {}\n", "", width, "search", "validation", "test");
  for (const FinishedPlan& plan : run.plans)
    fmt::print("{:<{}}  {:<21}  {:<21}  {}\n", plan.name, width, cell(plan.search),
               cell(plan.validation), cell(plan.test));
}

void print_test_part(std::int64_t test_per_class) {
  if (test_per_class != 0) fmt::print("\nTest images: {}\n", test_part_in_words(test_per_class));
}

void print_results(const RunOutcome& outcome, double max_loss, const Paint& paint) {
  print_rows(outcome.rows, outcome.recommended, max_loss, paint);
  print_test_part(outcome.images.test_per_class);
  if (!outcome.given_batch_norm.empty()) fmt::print("\n");
  print_given_batch_norm(outcome.given_batch_norm, "recalibrated networks");
  if (!outcome.assumed.empty()) fmt::print("\n");
  print_assumed(outcome.assumed);
  for (const std::string& doubt : outcome.doubts) fmt::print("\nDoubt: {}\n", doubt);
  fmt::print("\nSearch: {}\n",
             share_of_brute_force(outcome.images_measured, outcome.images_in_full));
  const std::string demand =
      fmt::format("{} on the {}", points(max_loss), judged_on(outcome.images.validation));
  const ResultRow& real = outcome.rows.front();
  if (!outcome.recommended) {
    if (const ResultRow* best = closest_row(outcome.rows); real.real && best != nullptr)
      print_lost_from_float(real, *best);
    fmt::print("\nNo plan loses at most {}. What to try next:\n", demand);
    for (const std::string& step : outcome.next_steps) fmt::print("  {}\n", step);
    if (outcome.closest) {
      fmt::print("\nThe ADCs of the best plan, {}:\n", closest_row(outcome.rows)->plan);
      print_plan(*outcome.closest, outcome.network);
    }
    return;
  }
  const ResultRow& row = outcome.rows[*outcome.recommended];
  fmt::print("\nOf the levels tried ({}) the fewest that lose at most {}: {}{}\n",
             fmt::join(levels_tried(outcome.rows), ", "), demand, row.levels,
             row.network.empty()
                 ? ""
                 : fmt::format(", with the {} network {}", name_of(row.treatment), row.network));
  const auto loss = [](const Interval& lost) {
    return fmt::format("{:.2f} points [{:.2f}, {:.2f}]", lost.value, lost.lower, lost.upper);
  };
  fmt::print("This plan loses {} there, and {} on the test images.\n",
             loss(row.validation_loss_interval), loss(row.test_loss));
  if (real.real) print_lost_from_float(real, row);
  fmt::print("\n");
  print_plan(*outcome.plan, outcome.network);
}

}  // namespace bitline::cli
