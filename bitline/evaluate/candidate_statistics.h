// Batch-norm statistics for every plan that a search tries, so that a range is judged by what it
// loses and not by the shift and scale that recalibration takes out.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "bitline/adc/adc_plan.h"
#include "bitline/runtime/channel_moments.h"
#include "bitline/runtime/executor.h"

namespace bitline {

/// The plan without the layers in front of `step`. Throws Error for a layer that is not there.
AdcPlan layers_from(const Executor& executor, std::size_t step, AdcPlan plan);

/// Moves the statistics of the layers that a plan names by equation (14), front to back, as
/// recalibrate() does; those of other layers stay. Remembers what it found until forget().
class CandidateStatistics {
 public:
  /// images F32, normalised: those that all statistics are over. `base`: the plan that the
  /// network's own statistics belong to, none before it was recalibrated or retrained. `executor`
  /// (analog mode) has to outlive it.
  CandidateStatistics(const Executor& executor, const Tensor& images, const AdcPlan& base,
                      ProgressSink& progress);

  /// Makes statistics of `plans` known. `values` of all images stand before step `first`; layers in
  /// front of it are left out. Plans that name the layer of step `first` and none behind it take
  /// one pass over its sums together; each other one runs to the network's end. Calls `learned`
  /// after each pass; what it throws ends the work.
  void learn(std::span<const AdcPlan> plans, std::size_t first, const Values& values,
             const std::function<void()>& learned);
  /// Runs steps [first, last) on `values` of all images under `plan` with its own statistics.
  void run(const AdcPlan& plan, std::size_t first, std::size_t last, Values& values) const;
  /// Behind the last step, where learn() came there under the plan; null elsewhere.
  const Values* outputs(const AdcPlan& plan) const;
  /// Puts what learn() found for `plan` into `prepared`, made of its layers from `first` on.
  void apply(const AdcPlan& plan, PreparedPlan& prepared) const;
  /// To be called when the values in front of the searched layers change.
  void forget() { known_.clear(); }

 private:
  using Moved = std::map<std::size_t, NormStatistics>;  // by step
  struct Known {
    Moved statistics;
    std::optional<Values> outputs;
  };

  bool is_only_layer(std::size_t step, const PreparedPlan& plan) const;
  Moved run_prepared(PreparedPlan& plan, std::size_t first, std::size_t last, Values& values) const;

  const Executor& executor_;
  std::map<std::size_t, ChannelStatistics> base_;  // by step, of layers before batch-norm
  std::map<std::string, Known> known_;             // by the plan's hash
};

}  // namespace bitline
