#include "bitline/evaluate/candidate_statistics.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "bitline/runtime/layer_statistics.h"
#include "bitline/runtime/statistics_change.h"

namespace bitline {

AdcPlan layers_from(const Executor& executor, std::size_t step, AdcPlan plan) {
  std::erase_if(plan.layers,
                [&](const auto& layer) { return executor.step_of(layer.first) < step; });
  return plan;
}

CandidateStatistics::CandidateStatistics(const Executor& executor, const Tensor& images,
                                         const AdcPlan& base, ProgressSink& progress)
    : executor_(executor) {
  const PreparedPlan prepared = executor.prepare(base);
  progress.begin("batch-norm statistics", std::ssize(executor.steps()));
  Values values = executor.begin(images);
  for (std::size_t step = 0; step < executor.steps().size(); ++step) {
    run_with_statistics(executor, step, values, prepared, [&](const ChannelStatistics& statistics) {
      base_.emplace(step, statistics);
    });
    progress.update(static_cast<std::int64_t>(step) + 1, executor.steps()[step].output);
  }
  progress.end();
}

bool CandidateStatistics::is_only_layer(std::size_t step, const PreparedPlan& plan) const {
  return plan.layers.size() == 1 && plan.layers.contains(executor_.steps()[step].node->name);
}

void CandidateStatistics::learn(std::span<const AdcPlan> plans, std::size_t first,
                                const Values& values, const std::function<void()>& learned) {
  std::vector<std::string> keys;
  std::vector<PreparedPlan> alone;  // of `keys`: name the first layer and no other
  for (const AdcPlan& plan : plans) {
    const std::string key = content_hash(plan);
    if (known_.contains(key)) continue;
    PreparedPlan prepared = executor_.prepare(layers_from(executor_, first, plan));
    if (base_.contains(first) && is_only_layer(first, prepared)) {
      keys.push_back(key);
      alone.push_back(std::move(prepared));
    } else {
      Values outputs = values;
      known_[key].statistics = run_prepared(prepared, first, executor_.steps().size(), outputs);
      known_[key].outputs = std::move(outputs);
      learned();
    }
  }
  if (alone.empty()) return;
  const std::vector<ChannelStatistics> converted =
      layer_statistics_each(executor_, first, values, alone);
  const NormStatistics stored = stored_statistics(executor_.network(), executor_.steps()[first]);
  for (std::size_t i = 0; i < keys.size(); ++i)
    known_[keys[i]].statistics.emplace(first, moved(stored, base_.at(first), converted[i]));
  learned();
}

void CandidateStatistics::run(const AdcPlan& plan, std::size_t first, std::size_t last,
                              Values& values) const {
  PreparedPlan prepared = executor_.prepare(layers_from(executor_, first, plan));
  run_prepared(prepared, first, last, values);
}

const Values* CandidateStatistics::outputs(const AdcPlan& plan) const {
  const auto known = known_.find(content_hash(plan));
  return known == known_.end() || !known->second.outputs ? nullptr : &*known->second.outputs;
}

/// Layer by layer: what a layer's statistics become decides what those behind it see.
CandidateStatistics::Moved CandidateStatistics::run_prepared(PreparedPlan& plan, std::size_t first,
                                                             std::size_t last,
                                                             Values& values) const {
  Moved found;
  for (std::size_t step = first; step < last; ++step)
    run_with_statistics(executor_, step, values, plan, [&](const ChannelStatistics& converted) {
      const Step& layer = executor_.steps()[step];
      if (!plan.layers.contains(layer.node->name)) return;
      const NormStatistics statistics =
          moved(stored_statistics(executor_.network(), layer), base_.at(step), converted);
      use_statistics(executor_, step, statistics, plan);
      found.emplace(step, statistics);
    });
  return found;
}

void CandidateStatistics::apply(const AdcPlan& plan, PreparedPlan& prepared) const {
  for (const auto& [step, statistics] : known_.at(content_hash(plan)).statistics)
    use_statistics(executor_, step, statistics, prepared);
}

}  // namespace bitline
