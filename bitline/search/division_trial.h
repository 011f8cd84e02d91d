// Every division of the levels stands for election, where there are few enough of them.
#pragma once

#include <optional>
#include <vector>

#include "bitline/search/division_meter.h"
#include "bitline/search/plan_ranking.h"

namespace bitline {

/// Under a budget on cost: the best of the given plans, where one is better than `current`. The
/// dearest first, since they can be expected to set the mark; one is dropped as soon as it cannot
/// be better.
std::optional<MeasuredPlan> best_of(std::vector<MeasuredPlan> plans, const MeasuredPlan& current,
                                    DivisionMeter& meter, const PlanRanking& ranking,
                                    const Job& job);

/// Under a budget on answers: of everything that was measured, and of the given plans, which were
/// not, the cheapest that keeps the budget and that options.confirms takes. A plan is dropped as
/// soon as it cannot keep the budget.
std::optional<MeasuredPlan> cheapest_of(std::vector<MeasuredPlan> unmeasured, DivisionMeter& meter,
                                        const PlanRanking& ranking,
                                        const AllocationOptions& options, const Job& job);

}  // namespace bitline
