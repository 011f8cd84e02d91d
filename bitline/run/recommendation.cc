#include "bitline/run/recommendation.h"

namespace bitline {

std::optional<std::size_t> recommend(const std::vector<ResultRow>& rows, const Rational& max_loss) {
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
