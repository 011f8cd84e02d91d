#include "bitline/evaluate/network_evaluator.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/base/parallel.h"
#include "bitline/base/rational.h"
#include "bitline/evaluate/distinct_images.h"
#include "bitline/evaluate/lossless_plan.h"
#include "bitline/evaluate/scoring.h"
#include "bitline/runtime/layer_probe.h"
#include "bitline/runtime/layer_statistics.h"

namespace bitline {
namespace {

bool same_adc(const AdcPlan& a, const AdcPlan& b, const std::string& layer) {
  const auto in_a = a.layers.find(layer);
  const auto in_b = b.layers.find(layer);
  if (in_a == a.layers.end() || in_b == b.layers.end())
    return in_a == a.layers.end() && in_b == b.layers.end();
  return in_a->second == in_b->second;
}

/// At most `count` entries from `first` on.
template <typename T>
std::span<const T> part_of(std::span<const T> all, std::int64_t first, std::int64_t count) {
  return all.subspan(static_cast<std::size_t>(first),
                     static_cast<std::size_t>(std::min(count, std::ssize(all) - first)));
}

/// Runs the steps from `step` on. Plans that gave an image the same integers share them.
void run_shared(const Executor& executor, std::size_t step, const PreparedPlan& plan,
                Values& values) {
  const DistinctImages distinct = distinct_images(values);
  const bool any_same = distinct.first.size() < distinct.same.size();
  if (any_same) values = gather(values, distinct.first);
  executor.run(values, step, executor.steps().size(), plan);
  if (any_same) values = gather(values, distinct.same);
}

}  // namespace

/// Scores by plan, to which all threads add.
class NetworkEvaluator::Scores {
 public:
  Scores(std::size_t plans, const Measured& measured) : scores_(plans), measured_(measured) {}

  void add(std::size_t plan, const Score& score) {
    const std::lock_guard<std::mutex> lock(mutex_);
    scores_[plan] += score;
    measured_(score.images);
  }
  std::vector<Score> take() { return std::move(scores_); }

 private:
  std::vector<Score> scores_;
  const Measured& measured_;
  std::mutex mutex_;
};

NetworkEvaluator::NetworkEvaluator(const Executor& executor, const Tensor& images,
                                   std::vector<std::int32_t> targets,
                                   std::span<const std::string> layers)
    : executor_(executor), images_(images), targets_(std::move(targets)) {
  BITLINE_CHECK_EQ(images_.dim(0), image_count());
  for (const CimLayer* layer : executor.cim_layers()) {
    if (!layers.empty() && std::ranges::find(layers, layer->name) == layers.end()) continue;
    layers_.push_back({layer->name, layer->sums});
    layer_steps_.push_back(executor.step_of(layer->name));
  }
  others_ = lossless_plan(executor);
  for (const SearchLayer& layer : layers_) others_.layers.erase(layer.name);
  restart();
}

void NetworkEvaluator::restart() {
  frontier_ = 0;
  cached_ = executor_.begin(images_);
  cached_plan_ = {};
  if (statistics_) statistics_->forget();
}

std::size_t NetworkEvaluator::end() const { return executor_.steps().size(); }

std::size_t NetworkEvaluator::first_difference(const AdcPlan& a, const AdcPlan& b,
                                               std::size_t first_layer) const {
  for (std::size_t i = first_layer; i < layers_.size(); ++i)
    if (!same_adc(a, b, layers_[i].name)) return layer_steps_[i];
  return end();
}

void NetworkEvaluator::advance(const AdcPlan& plan, std::size_t step) {
  AdcPlan front = plan;
  std::erase_if(front.layers,
                [&](const auto& layer) { return executor_.step_of(layer.first) >= step; });
  if (statistics_)
    statistics_->run(front, frontier_, step, cached_);
  else
    executor_.run(cached_, frontier_, step, prepare(front));
  cached_plan_ = plan;
  frontier_ = step;
  if (statistics_) statistics_->forget();
}

/// Plans arrive in runs that differ in one layer: the frontier moves to that layer, and stays while
/// the same plan is asked for again. It may stand behind no layer in which any of them differs from
/// what is kept, or from each other.
void NetworkEvaluator::move_frontier(std::span<const AdcPlan> plans) {
  const AdcPlan& plan = plans.front();
  std::size_t apart = end();
  for (const AdcPlan& other : plans.subspan(1))
    apart = std::min(apart, first_difference(plan, other));
  if (std::min(first_difference(plan, cached_plan_), apart) < frontier_) restart();
  const std::size_t changed = plans.size() == 1 ? first_difference(plan, previous_) : apart;
  if (changed > frontier_ && changed < end()) advance(plan, changed);
  previous_ = plan;
}

bool NetworkEvaluator::only_frontier_differs(std::span<const AdcPlan> plans) const {
  const auto layer = std::ranges::find(layer_steps_, frontier_);
  if (layer == layer_steps_.end()) return false;
  const auto index = static_cast<std::size_t>(layer - layer_steps_.begin());
  return std::ranges::all_of(plans, [&](const AdcPlan& plan) {
    return plan.layers.contains(layers_[index].name) &&
           first_difference(plan, plans.front(), index + 1) == end();
  });
}

std::vector<Score> NetworkEvaluator::evaluate(std::span<const AdcPlan> plans,
                                              std::span<const std::int64_t> images,
                                              const Measured& measured) {
  if (!statistics_ || others_.layers.empty()) return evaluate_whole(plans, images, measured);
  std::vector<AdcPlan> whole(plans.begin(), plans.end());
  for (AdcPlan& plan : whole) plan.layers.insert(others_.layers.begin(), others_.layers.end());
  return evaluate_whole(whole, images, measured);
}

std::vector<Score> NetworkEvaluator::evaluate_whole(std::span<const AdcPlan> plans,
                                                    std::span<const std::int64_t> images,
                                                    const Measured& measured) {
  move_frontier(plans);
  if (statistics_) statistics_->learn(plans, frontier_, cached_, [&] { measured(0); });
  Scores scores(plans.size(), measured);
  if (plans.size() > 1 && !outputs(plans.front()) && only_frontier_differs(plans)) {
    sweep_frontier(plans, images, scores);
  } else {
    measure_one_by_one(plans, images, scores);
  }
  return scores.take();
}

/// Layers in front of the frontier have run: their ADCs are not needed.
PreparedPlan NetworkEvaluator::prepare(const AdcPlan& plan) const {
  PreparedPlan prepared = executor_.prepare(layers_from(executor_, frontier_, plan));
  if (statistics_) statistics_->apply(plan, prepared);
  return prepared;
}

const Values* NetworkEvaluator::outputs(const AdcPlan& plan) const {
  return statistics_ ? statistics_->outputs(plan) : nullptr;
}

void NetworkEvaluator::measure_one_by_one(std::span<const AdcPlan> plans,
                                          std::span<const std::int64_t> images,
                                          Scores& scores) const {
  // One plan is no loop of its own: the Executor then shares its images out among the threads. What
  // a plan needs is prepared when its turn comes: there may be tens of thousands.
  parallel_for(0, std::ssize(plans), 1, [&](std::int64_t first, std::int64_t last) {
    for (auto plan = static_cast<std::size_t>(first); plan < static_cast<std::size_t>(last); ++plan)
      if (const Values* values = outputs(plans[plan]))
        score_rest(gather(*values, images), end(), {}, images, plan, scores);
      else
        score_rest(gather(cached_, images), frontier_, prepare(plans[plan]), images, plan, scores);
  });
}

void NetworkEvaluator::sweep_frontier(std::span<const AdcPlan> plans,
                                      std::span<const std::int64_t> images, Scores& scores) const {
  const SweepShape shape =
      sweep_shape(LayerProbe(executor_, frontier_).cim_layer(), std::ssize(plans));
  const std::int64_t parts = ceil_div(std::ssize(images), shape.images);
  for (std::int64_t first = 0; first < std::ssize(plans); first += shape.plans) {
    std::vector<PreparedPlan> group;
    for (const AdcPlan& plan : part_of(plans, first, shape.plans)) group.push_back(prepare(plan));
    parallel_for(0, parts, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t part = begin; part < end; ++part) {
        const auto some = part_of(images, part * shape.images, shape.images);
        score_rest(executor_.run_each(gather(cached_, some), frontier_, group), frontier_ + 1,
                   group.front(), some, static_cast<std::size_t>(first), scores);
      }
    });
  }
}

/// values: of `images` under the plan `first_plan`, then under the next one, …
void NetworkEvaluator::score_rest(Values values, std::size_t step, const PreparedPlan& plan,
                                  std::span<const std::int64_t> images, std::size_t first_plan,
                                  Scores& scores) const {
  const bool has_several_plans = values.begin()->second.images() > std::ssize(images);
  if (has_several_plans)
    run_shared(executor_, step, plan, values);
  else
    executor_.run(values, step, end(), plan);
  std::vector<std::int32_t> targets;
  for (const std::int64_t i : images) targets.push_back(targets_[static_cast<std::size_t>(i)]);
  const Tensor logits = real(values.begin()->second);
  const std::int64_t count = std::ssize(images);
  for (std::int64_t first = 0; first < logits.dim(0); first += count)
    scores.add(first_plan++, score_batch(logits.slice(first, first + count), targets));
}

}  // namespace bitline
