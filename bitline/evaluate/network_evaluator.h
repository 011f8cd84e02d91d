// The Evaluator of search/ over a real network: what the layers before the first difference between
// two plans computed is kept.
#pragma once

#include <optional>
#include <vector>

#include "bitline/evaluate/candidate_statistics.h"
#include "bitline/runtime/executor.h"
#include "bitline/search/evaluator.h"

namespace bitline {

/// Scores plans on images that stay in memory. For one thread; the work inside is parallel.
class NetworkEvaluator : public Evaluator {
 public:
  /// images F32 [n, channels, height, width], normalised; one target class per image. `executor`
  /// (analog mode) has to outlive the evaluator. `layers`: those that plans may name; all where it
  /// is empty.
  NetworkEvaluator(const Executor& executor, const Tensor& images,
                   std::vector<std::int32_t> targets, std::span<const std::string> layers = {});

  /// From here on every plan is scored with statistics of its own
  /// (SearchStatistics::kRecalibrated), those of layers that it may not name included; the
  /// network's own belong to `base`.
  void recalibrate(ProgressSink& progress, const AdcPlan& base = {}) {
    statistics_.emplace(executor_, images_, base, progress);
  }

  const std::vector<SearchLayer>& layers() const override { return layers_; }
  std::int64_t image_count() const override { return static_cast<std::int64_t>(targets_.size()); }
  std::vector<Score> evaluate(std::span<const AdcPlan> plans, std::span<const std::int64_t> images,
                              const Measured& measured) override;

 private:
  class Scores;

  std::vector<Score> evaluate_whole(std::span<const AdcPlan> plans,
                                    std::span<const std::int64_t> images, const Measured& measured);
  /// Step of the first layer, from `first_layer` on, whose ADCs differ; end() where none do.
  std::size_t first_difference(const AdcPlan& a, const AdcPlan& b,
                               std::size_t first_layer = 0) const;
  std::size_t end() const;
  void move_frontier(std::span<const AdcPlan> plans);
  void restart();
  void advance(const AdcPlan& plan, std::size_t step);
  /// The plan from the frontier on.
  PreparedPlan prepare(const AdcPlan& plan) const;
  /// Of all images, where learning the plan's statistics has given them already.
  const Values* outputs(const AdcPlan& plan) const;
  bool only_frontier_differs(std::span<const AdcPlan> plans) const;
  void measure_one_by_one(std::span<const AdcPlan> plans, std::span<const std::int64_t> images,
                          Scores& scores) const;
  void sweep_frontier(std::span<const AdcPlan> plans, std::span<const std::int64_t> images,
                      Scores& scores) const;
  void score_rest(Values values, std::size_t step, const PreparedPlan& plan,
                  std::span<const std::int64_t> images, std::size_t first_plan,
                  Scores& scores) const;

  const Executor& executor_;
  Tensor images_;
  std::vector<std::int32_t> targets_;
  std::vector<SearchLayer> layers_;
  std::vector<std::size_t> layer_steps_;
  AdcPlan others_;  ///< lossless ADCs of the layers that plans may not name
  std::optional<CandidateStatistics> statistics_;
  // Values of all images before step frontier_, computed under cached_plan_'s earlier layers.
  std::size_t frontier_ = 0;
  Values cached_;
  AdcPlan cached_plan_;
  AdcPlan previous_;
};

}  // namespace bitline
