#include "bitline/search/tie_break.h"

#include <tuple>

#include "bitline/base/fail.h"

namespace bitline {

bool ranks_before(Objective objective, const RankedScore& a, const RankedScore& b) {
  BITLINE_CHECK_EQ(a.score.images, b.score.images);
  // What is to be small stands for the candidate on its own side, what is to be large for the
  // other.
  if (objective == Objective::kLoss)
    return std::tie(a.score.loss, b.score.correct, b.delta) <
           std::tie(b.score.loss, a.score.correct, a.delta);
  return std::tie(b.score.correct, a.score.loss, b.delta) <
         std::tie(a.score.correct, b.score.loss, a.delta);
}

Score best_outcome(const Score& so_far, std::int64_t image_count) {
  const std::int64_t remaining = image_count - so_far.images;
  return {image_count, so_far.correct + remaining, so_far.loss};
}

}  // namespace bitline
