#include "bitline/search/level_allocation.h"

#include <algorithm>
#include <map>
#include <utility>

#include "bitline/base/error.h"
#include "bitline/search/curve_search.h"
#include "bitline/search/progress_task.h"
#include "bitline/search/search_checks.h"

namespace bitline {
namespace {

/// Whole plans of the front that are measured.
constexpr std::size_t kMeasuredPlans = 40;

class Allocator {
 public:
  Allocator(Evaluator& evaluator, const AllocationOptions& options, ProgressSink& progress,
            const Cancellation& cancellation)
      : evaluator_(evaluator),
        options_(options),
        progress_(progress),
        cancellation_(cancellation),
        order_(checked_image_order(options.search, evaluator)) {}

  LevelAllocation run() {
    allocation_.lossless = score_of({});
    measure_layers();
    measure_front();
    choose();
    if (allocation_.best && options_.lost_answers) take_levels_away();
    if (allocation_.best) search_together();
    return std::move(allocation_);
  }

 private:
  const std::vector<SearchLayer>& layers() const { return evaluator_.layers(); }

  Score score_of(const AdcPlan& plan) {
    cancellation_.check();
    return evaluator_.evaluate(std::span(&plan, 1), order_, [](std::int64_t) {}).front();
  }

  void measure_layers() {
    std::int64_t images = 0;
    for (const SearchLayer& layer : layers())
      for (const std::int64_t levels : options_.levels)
        images += std::ssize(candidates_of(layer, levels)) * std::ssize(order_);
    const ProgressTask task(progress_, "sensitivity of every layer", images);
    SearchContext context{evaluator_, options_.search, order_, progress_, cancellation_};
    for (const SearchLayer& layer : layers()) {
      auto& measured = allocation_.sensitivities.emplace_back();
      for (const std::int64_t levels : options_.levels)
        measured.push_back(sensitivity_of(context, layer, levels));
    }
  }

  std::vector<Candidate> candidates_of(const SearchLayer& layer, std::int64_t levels) const {
    AdcSpec adc = options_.search.adc;
    adc.levels = levels;
    return make_candidates(std::span(&layer, 1), adc, options_.search.centres,
                           options_.search.delta_step);
  }

  Sensitivity sensitivity_of(SearchContext& context, const SearchLayer& layer,
                             std::int64_t levels) const {
    const std::vector<Candidate> candidates = candidates_of(layer, levels);
    const SearchCurve curve = search_curve(context, {}, candidates, layer.name);
    return {levels, candidates[curve.winner].layers.at(layer.name), options_.cost(layer, levels),
            curve.points[curve.winner].score};
  }

  MeasuredPlan measured(const std::vector<std::size_t>& choice) {
    MeasuredPlan plan;
    for (std::size_t i = 0; i < choice.size(); ++i) {
      const Sensitivity& chosen = allocation_.sensitivities[i][choice[i]];
      plan.plan.layers[layers()[i].name] = chosen.adc;
      plan.cost += chosen.cost;
    }
    plan.score = score_of(plan.plan);
    return plan;
  }

  /// The cross-entropy that each layer adds; it tells small differences that right answers do not.
  void measure_front() {
    std::vector<std::vector<LevelOption>> options;
    for (const auto& layer : allocation_.sensitivities) {
      options.emplace_back();
      for (const Sensitivity& s : layer)
        options.back().push_back({s.cost, s.score.loss - allocation_.lossless.loss});
    }
    std::vector<LevelChoice> front = level_front(options);
    if (options_.largest_cost)
      std::erase_if(front, [&](const LevelChoice& c) { return c.cost > *options_.largest_cost; });
    const std::size_t count = std::min(front.size(), kMeasuredPlans);
    const ProgressTask task(progress_, "plans of mixed levels", static_cast<std::int64_t>(count));
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t at = count == 1 ? 0 : i * (front.size() - 1) / (count - 1);
      choices_.push_back(front[at].options);
      allocation_.front.push_back(measured(choices_.back()));
      progress_.update(static_cast<std::int64_t>(i + 1), "");
    }
  }

  bool keeps_accuracy(const MeasuredPlan& plan) const {
    return plan.score.correct >= allocation_.lossless.correct - *options_.lost_answers;
  }

  void choose() {
    const std::vector<MeasuredPlan>& front = allocation_.front;
    auto best = front.end();
    if (options_.lost_answers) {
      best = std::ranges::find_if(front, [&](const MeasuredPlan& p) { return keeps_accuracy(p); });
    } else {
      // Later ones cost more, so that of equal scores the cheapest stays.
      for (auto plan = front.begin(); plan != front.end(); ++plan)
        if (best == front.end() ||
            ranks_before(options_.search.objective, {plan->score}, {best->score}))
          best = plan;
    }
    if (best == front.end()) return;
    allocation_.best = *best;
    choice_ = choices_[static_cast<std::size_t>(best - front.begin())];
  }

  /// The next fewer levels of one layer: what they save, and where.
  std::multimap<std::int64_t, std::size_t, std::greater<>> savings() const {
    std::multimap<std::int64_t, std::size_t, std::greater<>> savings;
    for (std::size_t i = 0; i < choice_.size(); ++i) {
      if (choice_[i] == 0) continue;
      const auto& layer = allocation_.sensitivities[i];
      savings.emplace(layer[choice_[i]].cost - layer[choice_[i] - 1].cost, i);
    }
    return savings;
  }

  bool take_one_away() {
    for (const auto& [saved, layer] : savings()) {
      std::vector<std::size_t> fewer = choice_;
      --fewer[layer];
      MeasuredPlan plan = measured(fewer);
      progress_.update(++tried_, "");
      if (saved <= 0 || !keeps_accuracy(plan)) continue;
      choice_ = std::move(fewer);
      allocation_.best = std::move(plan);
      return true;
    }
    return false;
  }

  void take_levels_away() {
    const auto most = static_cast<std::int64_t>(choice_.size() * options_.levels.size());
    const ProgressTask task(progress_, "levels that can go", most);
    while (take_one_away()) {
    }
  }

  /// Ranges that were found one layer at a time, anew behind each other's ADCs.
  void search_together() {
    SearchOptions search = options_.search;
    search.method = RangeMethod::kLayerWise;
    for (std::size_t i = 0; i < choice_.size(); ++i)
      search.levels[layers()[i].name] = options_.levels[choice_[i]];
    SearchResult together = search_ranges(evaluator_, search, progress_, cancellation_);
    if (!ranks_before(search.objective, {together.score}, {allocation_.best->score})) return;
    allocation_.best->plan = std::move(together.plan);
    allocation_.best->score = together.score;
  }

  Evaluator& evaluator_;
  const AllocationOptions& options_;
  ProgressSink& progress_;
  const Cancellation& cancellation_;
  std::vector<std::int64_t> order_;
  LevelAllocation allocation_;
  std::vector<std::vector<std::size_t>> choices_;  // of allocation_.front
  std::vector<std::size_t> choice_;                // of allocation_.best
  std::int64_t tried_ = 0;
};

void check(const AllocationOptions& options) {
  if (options.lost_answers.has_value() == options.largest_cost.has_value())
    fail_usage("an allocation takes one budget: what may be lost, or what may be spent");
  if (options.levels.empty() || !std::ranges::is_sorted(options.levels))
    fail_usage("levels to choose from are given in ascending order, at least one");
}

}  // namespace

LevelAllocation allocate_levels(Evaluator& evaluator, const AllocationOptions& options,
                                ProgressSink& progress, const Cancellation& cancellation) {
  check(options);
  return Allocator(evaluator, options, progress, cancellation).run();
}

}  // namespace bitline
