#include "bitline/runtime/statistics_change.h"

#include "bitline/runtime/layer_probe.h"

namespace bitline {

void set_bias(Executor& executor, std::size_t step, const Tensor& bias) {
  executor.network_.parameter(*executor.steps_[step].node, "bias") = bias;
  executor.affines_[step] = executor.affine_of(step, nullptr);
}

void set_statistics(Executor& executor, std::size_t step, const NormStatistics& statistics,
                    PreparedPlan& plan) {
  const Step& changed = executor.steps_[step];
  executor.network_.parameter(*changed.batch_norm, "mean") = statistics.mean;
  executor.network_.parameter(*changed.batch_norm, "variance") = statistics.variance;
  executor.affines_[step] = executor.affine_of(step, nullptr);
  if (plan.layers.contains(changed.node->name)) use_statistics(executor, step, statistics, plan);
}

void use_statistics(const Executor& executor, std::size_t step, const NormStatistics& statistics,
                    PreparedPlan& plan) {
  const Step& layer = executor.steps()[step];
  const LayerProbe probe(executor, step);
  plan.layers.at(layer.node->name).affine = fold_affine(
      executor.network(), layer, probe.output_scale(plan), probe.zero_offset(), statistics);
}

}  // namespace bitline
