#include "bitline/search/plan_ranking.h"

namespace bitline {

bool PlanRanking::keeps_budget(const MeasuredPlan& plan) const {
  return options_.lost_answers ? plan.score.correct >= lossless_.correct - *options_.lost_answers
                               : plan.cost <= *options_.largest_cost;
}

bool PlanRanking::scores_better(const MeasuredPlan& a, const MeasuredPlan& b) const {
  return ranks_before(options_.search.objective, {a.score}, {b.score});
}

bool PlanRanking::is_better(const MeasuredPlan& a, const MeasuredPlan& b) const {
  const bool keeps = keeps_budget(a);
  if (keeps != keeps_budget(b)) return keeps;
  const bool cost_decides = options_.lost_answers ? keeps : !keeps;
  if (cost_decides && a.cost != b.cost) return a.cost < b.cost;
  if (scores_better(a, b) || scores_better(b, a)) return scores_better(a, b);
  return a.cost < b.cost;
}

}  // namespace bitline
