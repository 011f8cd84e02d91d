#include "bitline/search/division_trial.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "bitline/base/progress_task.h"

namespace bitline {
namespace {

constexpr const char* kTask = "all divisions of the levels";

}  // namespace

std::optional<MeasuredPlan> best_of(std::vector<MeasuredPlan> plans, const MeasuredPlan& current,
                                    DivisionMeter& meter, const PlanRanking& ranking,
                                    const Job& job) {
  if (plans.empty()) return std::nullopt;
  MeasuredPlan best = current;
  std::ranges::reverse(plans);
  const ProgressTask task(job.progress, kTask, std::ssize(plans));
  std::int64_t tried = 0;
  for (MeasuredPlan& plan : plans) {
    const auto is_better = [&](const MeasuredPlan& hoped) {
      return ranking.is_better(hoped, best);
    };
    if (meter.measure_while(plan, is_better)) best = std::move(plan);
    job.progress.update(++tried, "");
  }
  if (best.plan == current.plan) return std::nullopt;
  return best;
}

std::optional<MeasuredPlan> cheapest_of(std::vector<MeasuredPlan> unmeasured, DivisionMeter& meter,
                                        const PlanRanking& ranking,
                                        const AllocationOptions& options, const Job& job) {
  const auto keeps = [&](const MeasuredPlan& plan) { return ranking.keeps_budget(plan); };
  std::vector<MeasuredPlan> measured;
  std::ranges::copy_if(meter.measured(), std::back_inserter(measured), keeps);
  std::ranges::stable_sort(measured, [&](const MeasuredPlan& a, const MeasuredPlan& b) {
    return ranking.is_better(a, b);
  });
  std::vector<MeasuredPlan> plans;
  std::ranges::merge(measured, unmeasured, std::back_inserter(plans), {}, &MeasuredPlan::cost,
                     &MeasuredPlan::cost);
  std::unique_ptr<ProgressTask> task;  // none while a plan is confirmed, which tells for itself
  std::int64_t tried = 0;
  for (MeasuredPlan& plan : plans) {
    ++tried;
    if (plan.score.images == 0) {
      if (!task) task = std::make_unique<ProgressTask>(job.progress, kTask, std::ssize(plans));
      const bool kept = meter.measure_while(plan, keeps);
      job.progress.update(tried, "");
      if (!kept) continue;
    }
    task.reset();
    if (!options.confirms || options.confirms(plan.plan)) return plan;
  }
  return std::nullopt;
}

}  // namespace bitline
