#include "bitline/study/allocation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "bitline/base/file.h"
#include "bitline/evaluate/paired_difference.h"
#include "bitline/study/cost_report.h"
#include "bitline/study/evaluation.h"
#include "bitline/study/recalibrate_network.h"
#include "bitline/study/search_sample.h"
#include "bitline/study/search_study.h"

namespace bitline {
namespace {

/// The largest count with scale · count / whole ≤ limit, which is how tables show and compare it.
std::int64_t most_within(double limit, double scale, std::int64_t whole) {
  const auto of_whole = [&](std::int64_t count) {
    return scale * static_cast<double>(count) / static_cast<double>(whole);
  };
  const std::int64_t nearest = std::llround(limit / scale * static_cast<double>(whole));
  return of_whole(nearest) > limit ? nearest - 1 : nearest;
}

class Allocation {
 public:
  Allocation(SearchStudy& study, const RunConfig& config, const Dataset& test,
             const std::filesystem::path& journal, const Job& job)
      : study_(study),
        config_(config),
        allocate_(config.allocate_or_default()),
        test_(test),
        journal_(journal),
        job_(job),
        cost_options_(load_cost_options(config, study.executor(), {}, study.sample(), job)) {
    for (const CimLayer* layer : study_.searched_layers()) {
      layers_[layer->name] = layer;
      outcome_.layers.push_back(layer->name);
    }
  }

  AllocationOutcome run() {
    const CostConfig cost = config_.cost_or_default();
    check_levels(cost, allocate_.levels);
    outcome_.baseline_cost = cost_of_all(cost.baseline_levels);
    const AllocationOptions options = this->options();
    outcome_.lost_answers = options.lost_answers;
    outcome_.largest_cost = options.largest_cost;
    validation_ = load_validation_sample(config_.data, config_.seed, job_);
    if (validation_) validate_lossless();
    outcome_.allocation = study_.allocate(options, journal_, job_);
    if (validation_ && outcome_.allocation.best)
      outcome_.best_validated = validated(outcome_.allocation.best->plan, "allocated plan");
    evaluate_plans();
    return std::move(outcome_);
  }

 private:
  /// Of the layer's ADCs, rounded to a small unit.
  std::int64_t cost_of(const CimLayer& layer, std::int64_t levels) const {
    constexpr double kUnit = 1000;
    const LayerCost cost = layer_cost(layer, layer.array.levels_within(levels), cost_options_);
    const Breakdown& spent = allocate_.by_area ? cost.area : cost.energy;
    return std::llround(kUnit * spent[Circuit::kAdcs]);
  }

  std::int64_t cost_of_all(std::int64_t levels) const {
    std::int64_t cost = 0;
    for (const auto& [name, layer] : layers_) cost += cost_of(*layer, levels);
    return cost;
  }

  /// Under the budget on accuracy, of so many images.
  std::int64_t answers_to_lose(std::int64_t images) const {
    return most_within(allocate_.max_loss, 100, images);
  }

  AllocationOptions options() {
    AllocationOptions options;
    options.levels = allocate_.levels;
    options.cost = [this](const SearchLayer& layer, std::int64_t levels) {
      return cost_of(*layers_.at(layer.name), levels);
    };
    options.confirms = [this](const AdcPlan& plan) { return confirms(plan); };
    if (!allocate_.max_cost)
      options.lost_answers = answers_to_lose(study_.sample().size());
    else
      // Half a unit of each layer's cost, and of its share of the baseline's, may be rounding.
      options.largest_cost =
          most_within(*allocate_.max_cost, 1, outcome_.baseline_cost) + std::ssize(layers_);
    return options;
  }

  /// The network that a plan is judged with. The last one is kept: a plan meets two sets of images.
  const Network& network_under(const AdcPlan& plan) {
    const Network& network = study_.executor().network();
    if (!config_.search.recalibrate || plan.layers.empty()) return network;
    if (!judged_ || judged_->first != plan)
      judged_.emplace(plan, recalibrated(network, plan, study_.sample(), config_, job_));
    return judged_->second;
  }

  std::int64_t validated(const AdcPlan& plan, std::string_view name) {
    return evaluate(network_under(plan), MacMode::kAnalog, plan, *validation_, config_,
                    fmt::format("{} on validation images", name), job_)
        .score.correct;
  }

  void validate_lossless() {
    outcome_.validation_images = validation_->size();
    outcome_.lossless_validated = validated({}, "lossless");
  }

  /// Under a budget on accuracy, on the validation sample: whether it is kept there.
  bool confirms(const AdcPlan& plan) {
    if (!validation_) return true;
    const std::int64_t right = validated(plan, "allocated plan");
    return outcome_.lossless_validated - right <= answers_to_lose(outcome_.validation_images);
  }

  /// On the test set, once for each plan.
  void evaluate_plans() {
    const auto measure = [&](const AdcPlan& plan, const std::string& name) {
      return evaluate(network_under(plan), MacMode::kAnalog, plan, test_, config_, name, job_);
    };
    outcome_.lossless_test = accuracy_of(measure({}, "lossless"));
    std::optional<Evaluation> best;
    if (outcome_.allocation.best) {
      best = measure(outcome_.allocation.best->plan, "allocated plan");
      outcome_.best_test = accuracy_of(*best);
    }
    for (std::size_t i = 0; i < allocate_.levels.size(); ++i) {
      const MeasuredPlan& plan = outcome_.allocation.uniform[i];
      const std::int64_t levels = allocate_.levels[i];
      const Evaluation own = measure(plan.plan, fmt::format("{} levels", levels));
      const std::int64_t right =
          validation_ ? validated(plan.plan, fmt::format("{} levels", levels)) : 0;
      UniformPlan uniform{levels, plan, right, accuracy_of(own), {}};
      if (best) uniform.better_than_best = paired_difference(best->right, own.right);
      outcome_.uniform.push_back(std::move(uniform));
    }
  }

  SearchStudy& study_;
  const RunConfig& config_;
  AllocateConfig allocate_;
  const Dataset& test_;
  const std::filesystem::path& journal_;
  Job job_;
  CostOptions cost_options_;
  std::map<std::string, const CimLayer*> layers_;
  std::optional<Dataset> validation_;
  std::optional<std::pair<AdcPlan, Network>> judged_;
  AllocationOutcome outcome_;
};

}  // namespace

std::optional<AllocationOutcome::Saving> AllocationOutcome::saving() const {
  for (const UniformPlan& plan : uniform)
    if (plan.is_equal())
      return Saving{plan.levels, 1 - static_cast<double>(allocation.best->cost) /
                                         static_cast<double>(plan.plan.cost)};
  return std::nullopt;
}

AllocationOutcome allocate(SearchStudy& study, const RunConfig& config, const Dataset& test,
                           const std::filesystem::path& journal, const Job& job) {
  return Allocation(study, config, test, journal, job).run();
}

}  // namespace bitline
