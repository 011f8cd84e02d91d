// Which of two measured plans is the better one under a budget.
#pragma once

#include "bitline/search/level_allocation.h"

namespace bitline {

/// What the options of an allocation ask for, against the score of the lossless network. Refers to
/// both.
class PlanRanking {
 public:
  PlanRanking(const AllocationOptions& options, const Score& lossless)
      : options_(options), lossless_(lossless) {}

  /// A better score never loses it.
  bool keeps_budget(const MeasuredPlan& plan) const;
  /// By the objective of the search, whatever they cost.
  bool scores_better(const MeasuredPlan& a, const MeasuredPlan& b) const;
  /// One that keeps the budget before one that does not; then, for lost_answers, the cheaper one,
  /// and the one that scores better. For largest_cost the other way round, where both keep it.
  /// Monotone in the score, so that it tells from the best that a plan can end with whether it can
  /// be better.
  bool is_better(const MeasuredPlan& a, const MeasuredPlan& b) const;

 private:
  const AllocationOptions& options_;
  const Score& lossless_;
};

}  // namespace bitline
