#include "bitline/search/ranking.h"

#include <tuple>

#include "bitline/base/error.h"

namespace bitline {

std::string_view name_of(Objective objective) {
  switch (objective) {
    case Objective::kAccuracy:
      return "accuracy";
    case Objective::kLoss:
      return "loss";
    case Objective::kAgreement:
      return "agreement";
  }
  fail("objective {} has no name", static_cast<int>(objective));
}

Objective objective_from_name(std::string_view name) {
  for (const Objective objective : {Objective::kAccuracy, Objective::kLoss, Objective::kAgreement})
    if (name == name_of(objective)) return objective;
  fail_usage("objective \"{}\" is unknown; choose accuracy, loss or agreement", name);
}

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
