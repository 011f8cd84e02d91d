#include "bitline/search/level_allocation.h"

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/base/progress_task.h"
#include "bitline/search/search_checks.h"

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
        order_(checked_image_order(options.search, evaluator)) {}

  LevelAllocation run() {
    allocation_.lossless = score_of({});
    for (std::size_t i = 0; i < options_.levels.size(); ++i)
      add_uniform(options_.uniform.empty() ? searched(options_.levels[i]) : options_.uniform[i], i);
    begin_at_best_uniform();
    improve_around_finer_uniform();
    for (int round = 0; round < kRounds && improve_around(current_, choice_); ++round) {
    }
    if (options_.uniform.empty() && options_.levels.size() > 1) search_together();
    if (options_.lost_answers && keeps_budget(current_)) take_levels_away();
    if (keeps_budget(current_)) allocation_.best = current_;
    keep_unbeaten();
    return std::move(allocation_);
  }

 private:
  using Choice = std::vector<std::size_t>;  // index into options_.levels, by layer

  const std::vector<SearchLayer>& layers() const { return evaluator_.layers(); }

  std::vector<Score> scores_of(std::span<const AdcPlan> plans) {
    job_.cancellation.check();
    return evaluator_.evaluate(plans, order_, [this](std::int64_t) { job_.cancellation.check(); });
  }

  Score score_of(const AdcPlan& plan) { return scores_of(std::span(&plan, 1)).front(); }

  // Plans.

  AdcPlan searched(std::int64_t levels) {
    SearchOptions search = options_.search;
    search.method = range_methods::kLayerWise;
    search.adc.levels = levels;
    return search_ranges(evaluator_, search, job_).plan;
  }

  void add_uniform(const AdcPlan& plan, std::size_t option) {
    ranges_.emplace_back();
    for (const SearchLayer& layer : layers()) ranges_.back().push_back(plan.layers.at(layer.name));
    allocation_.uniform.push_back(measured(Choice(layers().size(), option)));
  }

  std::int64_t cost_of(const Choice& choice) const {
    std::int64_t cost = 0;
    for (std::size_t i = 0; i < choice.size(); ++i)
      cost += options_.cost(layers()[i], options_.levels[choice[i]]);
    return cost;
  }

  AdcPlan plan_of(const Choice& choice) const {
    AdcPlan plan;
    for (std::size_t i = 0; i < choice.size(); ++i)
      plan.layers[layers()[i].name] = ranges_[choice[i]][i];
    return plan;
  }

  MeasuredPlan measured(const Choice& choice) {
    MeasuredPlan plan{plan_of(choice), cost_of(choice), {}};
    plan.score = score_of(plan.plan);
    allocation_.front.push_back(plan);
    return plan;
  }

  // What is better.

  bool keeps_budget(const MeasuredPlan& plan) const {
    return options_.lost_answers
               ? plan.score.correct >= allocation_.lossless.correct - *options_.lost_answers
               : plan.cost <= *options_.largest_cost;
  }

  bool scores_better(const MeasuredPlan& a, const MeasuredPlan& b) const {
    return ranks_before(options_.search.objective, {a.score}, {b.score});
  }

  bool is_better(const MeasuredPlan& a, const MeasuredPlan& b) const {
    const bool keeps = keeps_budget(a);
    if (keeps != keeps_budget(b)) return keeps;
    const bool cost_decides = options_.lost_answers ? keeps : !keeps;
    if (cost_decides && a.cost != b.cost) return a.cost < b.cost;
    if (scores_better(a, b) || scores_better(b, a)) return scores_better(a, b);
    return a.cost < b.cost;
  }

  bool take_if_better(const MeasuredPlan& plan, const Choice& choice) {
    if (!is_better(plan, current_)) return false;
    current_ = plan;
    choice_ = choice;
    return true;
  }

  // The steps.

  void begin_at_best_uniform() {
    current_ = allocation_.uniform.front();
    choice_.assign(layers().size(), 0);
    for (std::size_t i = 1; i < options_.levels.size(); ++i)
      take_if_better(allocation_.uniform[i], Choice(layers().size(), i));
  }

  /// All levels of one layer at once: the plans differ in nothing else.
  std::vector<Sensitivity> sensitivities_of(std::size_t layer, const MeasuredPlan& base,
                                            const Choice& choice) {
    std::vector<AdcPlan> plans;
    for (std::size_t option = 0; option < options_.levels.size(); ++option) {
      plans.push_back(base.plan);
      if (option != choice[layer])
        plans.back().layers[layers()[layer].name] = ranges_[option][layer];
    }
    const std::vector<Score> scores = scores_of(plans);
    std::vector<Sensitivity> result;
    for (std::size_t option = 0; option < scores.size(); ++option) {
      const std::int64_t levels = options_.levels[option];
      result.push_back({levels, options_.cost(layers()[layer], levels), scores[option]});
    }
    return result;
  }

  /// Divisions that no other one beats by the sum of the cross-entropies that each layer adds; it
  /// tells small differences that right answers do not.
  std::vector<LevelChoice> front_around(const MeasuredPlan& base, const Choice& choice) {
    const ProgressTask task(job_.progress, "sensitivity of every layer", std::ssize(layers()));
    allocation_.sensitivities.clear();
    std::vector<std::vector<LevelOption>> options;
    for (std::size_t i = 0; i < layers().size(); ++i) {
      allocation_.sensitivities.push_back(sensitivities_of(i, base, choice));
      options.emplace_back();
      for (const Sensitivity& s : allocation_.sensitivities.back())
        options.back().push_back({s.cost, s.score.loss - base.score.loss});
      job_.progress.update(static_cast<std::int64_t>(i + 1), layers()[i].name);
    }
    std::vector<LevelChoice> front = level_front(options);
    std::erase_if(front, [this](const LevelChoice& c) { return cannot_be_better(c.cost); });
    return front;
  }

  /// Whatever it scores.
  bool cannot_be_better(std::int64_t cost) const {
    if (options_.largest_cost) return cost > *options_.largest_cost;
    return keeps_budget(current_) && cost >= current_.cost;
  }

  /// Under a budget on cost, what is too coarse to begin with tells little of what finer plans
  /// lose: the cheapest uniform plan beyond the budget comes first.
  void improve_around_finer_uniform() {
    if (!options_.largest_cost) return;
    for (std::size_t i = 0; i < options_.levels.size(); ++i) {
      const MeasuredPlan uniform = allocation_.uniform[i];
      if (uniform.cost <= *options_.largest_cost) continue;
      improve_around(uniform, Choice(layers().size(), i));
      return;
    }
  }

  /// Whether some measured division is better than the current plan, which is then the best of
  /// them. Sensitivities are those around `base`.
  bool improve_around(const MeasuredPlan& base, const Choice& choice) {
    const std::vector<LevelChoice> front = front_around(base, choice);
    const std::size_t count = std::min(front.size(), kMeasuredPlans);
    const std::size_t most = count + static_cast<std::size_t>(std::bit_width(front.size()));
    const ProgressTask task(job_.progress, "plans of mixed levels",
                            static_cast<std::int64_t>(most));
    bool better = false;
    std::size_t below = 0;             // dearest measured one that loses too much, plus 1
    std::size_t above = front.size();  // cheapest measured one that does not
    const auto measure = [&](std::size_t at) {
      const MeasuredPlan plan = measured(front[at].options);
      if (!keeps_budget(plan)) below = std::max(below, at + 1);
      if (keeps_budget(plan)) above = std::min(above, at);
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

  /// Ranges that were found among layers of the same levels, anew behind each other's ADCs.
  void search_together() {
    SearchOptions search = options_.search;
    search.method = range_methods::kLayerWise;
    for (std::size_t i = 0; i < choice_.size(); ++i)
      search.levels[layers()[i].name] = options_.levels[choice_[i]];
    SearchResult together = search_ranges(evaluator_, search, job_);
    const MeasuredPlan plan{std::move(together.plan), current_.cost, together.score};
    if (!is_better(plan, current_)) return;
    current_ = plan;
    allocation_.front.push_back(plan);
    for (std::size_t i = 0; i < choice_.size(); ++i)
      ranges_[choice_[i]][i] = plan.plan.layers.at(layers()[i].name);
  }

  /// The next fewer levels of one layer: what they save, and where.
  std::multimap<std::int64_t, std::size_t, std::greater<>> savings() const {
    std::multimap<std::int64_t, std::size_t, std::greater<>> savings;
    for (std::size_t i = 0; i < choice_.size(); ++i) {
      if (choice_[i] == 0) continue;
      Choice fewer = choice_;
      --fewer[i];
      savings.emplace(current_.cost - cost_of(fewer), i);
    }
    return savings;
  }

  bool take_one_away() {
    for (const auto& [saved, layer] : savings()) {
      Choice fewer = choice_;
      --fewer[layer];
      const MeasuredPlan plan = measured(fewer);
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
    std::vector<MeasuredPlan> all = std::move(allocation_.front);
    allocation_.front.clear();
    std::ranges::stable_sort(all, [this](const MeasuredPlan& a, const MeasuredPlan& b) {
      return a.cost != b.cost ? a.cost < b.cost : scores_better(a, b);
    });
    for (MeasuredPlan& plan : all)
      if (allocation_.front.empty() || scores_better(plan, allocation_.front.back()))
        allocation_.front.push_back(std::move(plan));
  }

  Evaluator& evaluator_;
  const AllocationOptions& options_;
  Job job_;
  std::vector<std::int64_t> order_;
  LevelAllocation allocation_;
  std::vector<std::vector<PlannedAdc>> ranges_;  // by levels, by layer
  MeasuredPlan current_;
  Choice choice_;  // of current_
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
