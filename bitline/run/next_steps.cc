#include "bitline/run/next_steps.h"

#include <fmt/format.h>

#include <algorithm>

#include "bitline/run/recommendation.h"

namespace bitline {
namespace {

/// Fewer sums than these are left to few levels anyway.
constexpr std::int64_t kFewRows = 16;

std::string describe_best(const ResultRow& row, const Rational& max_loss) {
  const Interval& loss = row.validation_loss_interval;
  const std::string_view treatment = name_of(row.treatment);
  return fmt::format(
      "The best plan, {}, has {} levels ({}{}{}) and loses {:.2f} points [{:.2f}, {:.2f}] there, "
      "{:.2f} too many.",
      artefact_name(row), row.levels, row.ranges, treatment.empty() ? "" : ", ", treatment,
      row.validation_loss.to_double(), loss.lower, loss.upper,
      (row.validation_loss - max_loss).to_double());
}

/// Of the plan with the network that nothing was done to: explain tries rows on that one.
std::string untreated_name(const ResultRow& row) {
  std::string name = artefact_name(row);
  const std::string treatment = fmt::format("-{}", name_of(row.treatment));
  if (name.ends_with(treatment)) name.resize(name.size() - treatment.size());
  return name;
}

std::string fewer_rows(std::int64_t rows, bool is_balanced, const std::string& plan) {
  const bool quarter = rows / 4 >= kFewRows;
  return fmt::format(
      "array.active_rows = {}{}{}: reads of fewer rows have fewer sums, which as many levels tell "
      "apart better, for about twice{} the reads (bitline explain --plan {} tries it, bitline cost "
      "says what it takes).",
      rows / 2, quarter ? fmt::format(" or {}", rows / 4) : "",
      is_balanced ? ""
                  : " with array.tile_cut = \"balanced\", which leaves no read of many rows "
                    "beside one of few",
      quarter ? " or four times" : "", plan);
}

bool tries(const RunConfig& config, const RangeMethodPolicy& method) {
  const auto& ranges = config.search.ranges;
  return std::ranges::find(ranges, RangeMethod(method)) != ranges.end();
}

}  // namespace

std::vector<std::string> next_steps(const std::vector<ResultRow>& rows, const RunConfig& config,
                                    const NextStepFacts& facts) {
  const ResultRow* best = closest_row(rows);
  if (best == nullptr) return {};
  std::vector<std::string> steps{describe_best(*best, config.search.max_loss)};
  if (!config.search.recalibrate && facts.can_recalibrate)
    steps.emplace_back(
        "search.recalibrate = true: batch-norm follows what the ADCs do to a layer.");
  const std::int64_t levels = levels_tried(rows).back();
  const std::optional<std::int64_t> most_levels = config.array.most_adc_levels();
  if (levels <= facts.most_driven_rows && (!most_levels || levels < *most_levels))
    steps.push_back(fmt::format("search.levels: more than {}.", levels));
  if (most_levels && levels >= *most_levels)
    steps.push_back(
        fmt::format("array.adc_levels = {} ends the search there: 0, with search.levels = "
                    "\"fewest\", shows how "
                    "many levels the budget takes.",
                    *most_levels));
  if (facts.most_driven_rows / 2 >= kFewRows)
    steps.push_back(fewer_rows(facts.most_driven_rows,
                               config.array.common.tile_cut == TileCut::kBalanced,
                               untreated_name(*best)));
  if (!tries(config, range_methods::kCsnr))
    steps.emplace_back(
        "search.ranges: add \"csnr\", which picks the range that keeps most of each output.");
  if (!config.retrain)
    steps.emplace_back("[retrain]: the weights learn with the ADCs in the loop.");
  steps.emplace_back("search.max_loss: allow more.");
  return steps;
}

}  // namespace bitline
