#include "bitline/pipeline/candidate_statistics.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "bitline/runtime/layer_statistics.h"

namespace bitline {

AdcPlan layers_from(const Executor& executor, std::size_t step, AdcPlan plan) {
  std::erase_if(plan.layers,
                [&](const auto& layer) { return executor.step_of(layer.first) < step; });
  return plan;
}

CandidateStatistics::CandidateStatistics(const Executor& executor, const Tensor& images,
                                         ProgressSink& progress)
    : executor_(executor) {
  const Executor reference(executor.network(), MacMode::kLossless, {}, Engine::kFused, progress);
  progress.begin("lossless statistics", std::ssize(executor.steps()));
  Values values = reference.begin(images);
  for (std::size_t step = 0; step < executor.steps().size(); ++step) {
    if (executor.steps()[step].is_layer() && executor.steps()[step].batch_norm != nullptr)
      lossless_.emplace(step, layer_statistics(reference, step, values, {}));
    reference.run(values, step, step + 1);
    progress.update(static_cast<std::int64_t>(step) + 1, executor.steps()[step].output);
  }
  progress.end();
}

bool CandidateStatistics::is_only_layer(std::size_t step, const PreparedPlan& plan) const {
  return plan.layers.size() == 1 && plan.layers.contains(executor_.steps()[step].node->name);
}

void CandidateStatistics::learn(std::span<const AdcPlan> plans, std::size_t first,
                                const Values& values) {
  std::vector<std::string> keys;
  std::vector<PreparedPlan> alone;  // of `keys`: name the first layer and no other
  for (const AdcPlan& plan : plans) {
    const std::string key = content_hash(plan);
    if (known_.contains(key)) continue;
    PreparedPlan prepared = executor_.prepare(layers_from(executor_, first, plan));
    if (lossless_.contains(first) && is_only_layer(first, prepared)) {
      keys.push_back(key);
      alone.push_back(std::move(prepared));
    } else {
      learn_one(key, std::move(prepared), first, values);
    }
  }
  if (alone.empty()) return;
  const std::vector<ChannelStatistics> converted =
      layer_statistics_each(executor_, first, values, alone);
  const NormStatistics stored = stored_statistics(executor_.network(), executor_.steps()[first]);
  for (std::size_t i = 0; i < keys.size(); ++i)
    known_[keys[i]].emplace(first, moved(stored, lossless_.at(first), converted[i]));
}

/// Layer by layer, as far as the plan names any.
void CandidateStatistics::learn_one(const std::string& key, PreparedPlan plan, std::size_t first,
                                    Values values) {
  Moved& found = known_[key];
  std::size_t end = first;
  for (const auto& [name, layer] : plan.layers) end = std::max(end, executor_.step_of(name) + 1);
  for (std::size_t step = first; step < end; ++step) {
    if (lossless_.contains(step) && plan.layers.contains(executor_.steps()[step].node->name)) {
      const NormStatistics statistics =
          moved(stored_statistics(executor_.network(), executor_.steps()[step]), lossless_.at(step),
                layer_statistics(executor_, step, values, plan));
      executor_.use_statistics(step, statistics, plan);
      found.emplace(step, statistics);
    }
    executor_.run(values, step, step + 1, plan);
  }
}

void CandidateStatistics::apply(const AdcPlan& plan, PreparedPlan& prepared) const {
  for (const auto& [step, statistics] : known_.at(content_hash(plan)))
    executor_.use_statistics(step, statistics, prepared);
}

}  // namespace bitline
