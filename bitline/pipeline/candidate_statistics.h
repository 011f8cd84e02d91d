// Batch-norm statistics for every plan that a search tries, so that a range is judged by what it
// loses and not by the shift and scale that recalibration takes out.
#pragma once

#include <map>
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
  /// images F32, normalised: those that all statistics are over. `executor` (analog mode) has to
  /// outlive it.
  CandidateStatistics(const Executor& executor, const Tensor& images, ProgressSink& progress);

  /// Makes statistics of `plans` known. `values` of all images stand before step `first`; layers in
  /// front of it are left out. Plans that differ in the layer of step `first` alone, and name none
  /// behind it, take one pass over its sums together.
  void learn(std::span<const AdcPlan> plans, std::size_t first, const Values& values);
  /// Puts what learn() found for `plan` into `prepared`, made of its layers from `first` on.
  void apply(const AdcPlan& plan, PreparedPlan& prepared) const;
  /// To be called when the values in front of the searched layers change.
  void forget() { known_.clear(); }

 private:
  using Moved = std::map<std::size_t, NormStatistics>;  // by step

  bool is_only_layer(std::size_t step, const PreparedPlan& plan) const;
  void learn_one(const std::string& key, PreparedPlan plan, std::size_t first, Values values);

  const Executor& executor_;
  std::map<std::size_t, ChannelStatistics> lossless_;  // by step, of layers before batch-norm
  std::map<std::string, Moved> known_;                 // by the plan's hash
};

}  // namespace bitline
