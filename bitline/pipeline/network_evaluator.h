// The Evaluator of search/ over a real network: what the layers before the first difference between
// two plans computed is kept.
#pragma once

#include <vector>

#include "bitline/runtime/executor.h"
#include "bitline/search/evaluator.h"

namespace bitline {

/// Scores plans on images that stay in memory. For one thread; the work inside is parallel.
class NetworkEvaluator : public Evaluator {
 public:
  /// images F32 [n, channels, height, width], normalised; one target class per image. `executor`
  /// (analog mode) has to outlive the evaluator.
  NetworkEvaluator(const Executor& executor, const Tensor& images,
                   std::vector<std::int32_t> targets);

  const std::vector<SearchLayer>& layers() const override { return layers_; }
  std::int64_t image_count() const override { return static_cast<std::int64_t>(targets_.size()); }
  Score evaluate(const AdcPlan& plan, std::span<const std::int64_t> images) override;

 private:
  std::size_t first_difference(const AdcPlan& a, const AdcPlan& b) const;
  void move_frontier(const AdcPlan& plan);
  void restart();
  void advance(const AdcPlan& plan, std::size_t step);

  const Executor& executor_;
  Tensor images_;
  std::vector<std::int32_t> targets_;
  std::vector<SearchLayer> layers_;
  std::vector<std::size_t> layer_steps_;
  // Values of all images before step frontier_, computed under cached_plan_'s earlier layers.
  std::size_t frontier_ = 0;
  Values cached_;
  AdcPlan cached_plan_;
  AdcPlan previous_;
};

}  // namespace bitline
