#include "bitline/run/results.h"

#include <fmt/format.h>

namespace bitline {
namespace {

std::string per_cent(const Interval& share) {
  return fmt::format("{:.4f},{:.4f},{:.4f}", 100 * share.value, 100 * share.lower,
                     100 * share.upper);
}

}  // namespace

std::string to_csv(const std::vector<ResultRow>& rows) {
  const bool top_five = !rows.empty() && rows.front().test_top_five;
  std::string csv = fmt::format(
      "levels,ranges,treatment,search_accuracy,search_loss_points,validation_accuracy,"
      "validation_loss_points,test_accuracy,"
      "test_accuracy_lower,test_accuracy_upper,{}test_loss_points,test_loss_lower,test_loss_upper,"
      "plan,network\n",
      top_five ? "test_top5_accuracy,test_top5_lower,test_top5_upper," : "");
  for (const ResultRow& r : rows)
    csv +=
        fmt::format("{},{},{},{:.4f},{:.4f},{:.4f},{:.4f},{},{}{:.4f},{:.4f},{:.4f},{},{}\n",
                    r.levels == 0 ? "lossless" : std::to_string(r.levels), r.ranges,
                    name_of(r.treatment), 100 * r.search_accuracy.value, r.search_loss,
                    100 * r.validation_accuracy.value, r.validation_loss, per_cent(r.test_accuracy),
                    r.test_top_five ? per_cent(*r.test_top_five) + "," : "", r.test_loss.value,
                    r.test_loss.lower, r.test_loss.upper, r.plan, r.network);
  return csv;
}

std::optional<std::size_t> recommend(const std::vector<ResultRow>& rows, double max_loss) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const ResultRow& row = rows[i];
    if (row.levels == 0 || row.validation_loss > max_loss) continue;
    const bool better =
        !best || row.levels < rows[*best].levels ||
        (row.levels == rows[*best].levels && row.validation_loss < rows[*best].validation_loss);
    if (better) best = i;
  }
  return best;
}

}  // namespace bitline
