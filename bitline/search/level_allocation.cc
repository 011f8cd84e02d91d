#include "bitline/search/level_allocation.h"

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/base/progress_task.h"
#include "bitline/search/division_meter.h"
#include "bitline/search/division_trial.h"
#include "bitline/search/plan_ranking.h"

namespace bitline {
namespace {

/// Plans of a front that are measured, spread over it.
constexpr std::size_t kMeasuredPlans = 16;
/// Times that sensitivities are measured around a better plan.
constexpr int kRounds = 4;

class Allocator {
 public:
  Allocator(Evaluator& evaluator, const AllocationOptions& options, const Job& job)
      : evaluator_(evaluator),
        options_(options),
        job_(job),
        meter_(evaluator, options, job),
        ranking_(options, allocation_.lossless) {}

  LevelAllocation run() {
    allocation_.lossless = meter_.score_of({});
    for (std::size_t i = 0; i < options_.levels.size(); ++i)
      add_uniform(options_.uniform.empty() ? searched(options_.levels[i]) : options_.uniform[i], i);
    begin_at_best_uniform();
    improve_around_finer_uniform();
    for (int round = 0; round < kRounds; ++round)
      if (!improve_around(MeasuredPlan(current_), Division(choice_))) break;
    std::vector<MeasuredPlan> untried = untried_divisions();
    if (options_.uniform.empty() && options_.levels.size() > 1) search_together();
    if (options_.lost_answers) {
      if (ranking_.keeps_budget(current_)) take_levels_away();
      allocation_.best = cheapest_of(std::move(untried), meter_, ranking_, options_, job_);
    } else {
      if (const auto better = best_of(std::move(untried), current_, meter_, ranking_, job_))
        current_ = *better;
      if (ranking_.keeps_budget(current_)) allocation_.best = current_;
    }
    keep_unbeaten();
    return std::move(allocation_);
  }

 private:
  const std::vector<SearchLayer>& layers() const { return meter_.layers(); }

  AdcPlan searched(std::int64_t levels) {
    SearchOptions search = options_.search;
    search.method = range_methods::kLayerWise;
    search.adc.levels = levels;
    return search_ranges(evaluator_, search, job_).plan;
  }

  void add_uniform(const AdcPlan& plan, std::size_t option) {
    meter_.add_ranges(plan);
    allocation_.uniform.push_back(meter_.measure(Division(layers().size(), option)));
  }

  bool take_if_better(const MeasuredPlan& plan, const Division& choice) {
    if (!ranking_.is_better(plan, current_)) return false;
    current_ = plan;
    choice_ = choice;
    return true;
  }

  void begin_at_best_uniform() {
    current_ = allocation_.uniform.front();
    choice_.assign(layers().size(), 0);
    for (std::size_t i = 1; i < options_.levels.size(); ++i)
      take_if_better(allocation_.uniform[i], Division(layers().size(), i));
  }

  /// All levels of one layer at once: the plans differ in nothing else. Whether one of them is
  /// better than the current plan, which then is the best of them.
  bool measure_sensitivities(std::size_t layer, const Division& choice) {
    std::vector<Division> choices(options_.levels.size(), choice);
    for (std::size_t option = 0; option < choices.size(); ++option) choices[option][layer] = option;
    const std::vector<MeasuredPlan> plans = meter_.measure_all(choices);
    bool better = false;
    std::vector<Sensitivity>& sensitivities = allocation_.sensitivities.emplace_back();
    for (std::size_t option = 0; option < plans.size(); ++option) {
      const std::int64_t levels =
          levels_within(options_.search, layers()[layer].name, options_.levels[option]);
      sensitivities.push_back(
          {levels, options_.cost(layers()[layer], levels), plans[option].score});
      better |= take_if_better(plans[option], choices[option]);
    }
    return better;
  }

  /// The same for every layer.
  bool measure_sensitivities(const Division& choice) {
    const ProgressTask task(job_.progress, "sensitivity of every layer", std::ssize(layers()));
    allocation_.sensitivities.clear();
    bool better = false;
    for (std::size_t i = 0; i < layers().size(); ++i) {
      better |= measure_sensitivities(i, choice);
      job_.progress.update(static_cast<std::int64_t>(i + 1), layers()[i].name);
    }
    return better;
  }

  /// Divisions that no other one beats by the sum of the cross-entropies that each layer adds; it
  /// tells small differences that right answers do not.
  std::vector<LevelChoice> front_around(const MeasuredPlan& base) const {
    std::vector<std::vector<LevelOption>> options;
    for (const std::vector<Sensitivity>& own : allocation_.sensitivities) {
      options.emplace_back();
      for (const Sensitivity& s : own)
        options.back().push_back({s.cost, s.score.loss - base.score.loss});
    }
    std::vector<LevelChoice> front = level_front(options);
    std::erase_if(front, [this](const LevelChoice& c) { return cannot_be_better(c.cost); });
    return front;
  }

  /// Whatever it scores.
  bool cannot_be_better(std::int64_t cost) const {
    if (options_.largest_cost) return cost > *options_.largest_cost;
    return ranking_.keeps_budget(current_) && cost >= current_.cost;
  }

  /// Under a budget on cost, what is too coarse to begin with tells little of what finer plans
  /// lose: the cheapest uniform plan beyond the budget comes first.
  void improve_around_finer_uniform() {
    if (!options_.largest_cost) return;
    for (std::size_t i = 0; i < options_.levels.size(); ++i) {
      const MeasuredPlan uniform = allocation_.uniform[i];
      if (uniform.cost <= *options_.largest_cost) continue;
      improve_around(uniform, Division(layers().size(), i));
      return;
    }
  }

  /// Whether some measured division is better than the current plan, which is then the best of
  /// them. Sensitivities are those around `base`.
  bool improve_around(const MeasuredPlan& base, const Division& choice) {
    bool better = measure_sensitivities(choice);
    const std::vector<LevelChoice> front = front_around(base);
    const std::size_t count = std::min(front.size(), kMeasuredPlans);
    const std::size_t most = count + static_cast<std::size_t>(std::bit_width(front.size()));
    const ProgressTask task(job_.progress, "plans of mixed levels",
                            static_cast<std::int64_t>(most));
    std::size_t below = 0;             // dearest measured one that loses too much, plus 1
    std::size_t above = front.size();  // cheapest measured one that does not
    const auto measure = [&](std::size_t at) {
      const MeasuredPlan plan = meter_.measure(front[at].options);
      if (!ranking_.keeps_budget(plan)) below = std::max(below, at + 1);
      if (ranking_.keeps_budget(plan)) above = std::min(above, at);
      better |= take_if_better(plan, front[at].options);
      job_.progress.update(++tried_, "");
    };
    tried_ = 0;
    for (std::size_t i = 0; i < count; ++i)
      measure(count == 1 ? 0 : i * (front.size() - 1) / (count - 1));
    if (options_.lost_answers)
      while (below < above && above < front.size()) measure(below + (above - below) / 2);
    return better;
  }

  /// Divisions that are left to try, where all are.
  std::vector<MeasuredPlan> untried_divisions() {
    allocation_.divisions =
        count_divisions(layers().size(), options_.levels.size(), options_.most_divisions);
    if (allocation_.divisions == 0) return {};
    return meter_.unknown();
  }

  /// Ranges that were found among layers of the same levels, anew behind each other's ADCs.
  void search_together() {
    SearchOptions search = options_.search;
    search.method = range_methods::kLayerWise;
    for (std::size_t i = 0; i < choice_.size(); ++i)
      search.levels[layers()[i].name] = options_.levels[choice_[i]];
    SearchResult together = search_ranges(evaluator_, search, job_);
    const MeasuredPlan plan{std::move(together.plan), current_.cost, together.score};
    if (!ranking_.is_better(plan, current_)) return;
    current_ = plan;
    meter_.add(plan);
    meter_.replace_ranges(choice_, plan.plan);
  }

  /// The next fewer levels of one layer: what they save, and where.
  std::multimap<std::int64_t, std::size_t, std::greater<>> savings() const {
    std::multimap<std::int64_t, std::size_t, std::greater<>> savings;
    for (std::size_t i = 0; i < choice_.size(); ++i) {
      if (choice_[i] == 0) continue;
      Division fewer = choice_;
      --fewer[i];
      savings.emplace(current_.cost - meter_.plan_of(fewer).cost, i);
    }
    return savings;
  }

  bool take_one_away() {
    for (const auto& [saved, layer] : savings()) {
      Division fewer = choice_;
      --fewer[layer];
      const MeasuredPlan plan = meter_.measure(fewer);
      job_.progress.update(++tried_, "");
      if (take_if_better(plan, fewer)) return true;
    }
    return false;
  }

  void take_levels_away() {
    const auto most = static_cast<std::int64_t>(choice_.size() * options_.levels.size());
    const ProgressTask task(job_.progress, "levels that can go", most);
    tried_ = 0;
    while (take_one_away()) {
    }
  }

  void keep_unbeaten() {
    std::vector<MeasuredPlan> all = std::move(meter_.measured());
    std::ranges::stable_sort(all, [this](const MeasuredPlan& a, const MeasuredPlan& b) {
      return a.cost != b.cost ? a.cost < b.cost : ranking_.scores_better(a, b);
    });
    std::vector<MeasuredPlan>& front = allocation_.front;
    for (MeasuredPlan& plan : all)
      if (front.empty() || ranking_.scores_better(plan, front.back()))
        front.push_back(std::move(plan));
  }

  Evaluator& evaluator_;
  const AllocationOptions& options_;
  Job job_;
  LevelAllocation allocation_;
  DivisionMeter meter_;
  PlanRanking ranking_;
  MeasuredPlan current_;
  Division choice_;  // of current_
  std::int64_t tried_ = 0;
};

void check(const AllocationOptions& options) {
  if (options.lost_answers.has_value() == options.largest_cost.has_value())
    fail_usage("an allocation takes one budget: what may be lost, or what may be spent");
  if (options.levels.empty() || !std::ranges::is_sorted(options.levels))
    fail_usage("levels to choose from are given in ascending order, at least one");
  if (!options.uniform.empty() && options.uniform.size() != options.levels.size())
    fail_usage("{} uniform plans for {} numbers of levels", options.uniform.size(),
               options.levels.size());
}

}  // namespace

LevelAllocation allocate_levels(Evaluator& evaluator, const AllocationOptions& options,
                                const Job& job) {
  check(options);
  return Allocator(evaluator, options, job).run();
}

}  // namespace bitline
