#include "bitline/evaluate/lossless_plan.h"

namespace bitline {

AdcPlan lossless_plan(const Executor& executor) {
  AdcPlan plan;
  for (const CimLayer* layer : executor.cim_layers()) {
    PlannedAdc& planned = plan.layers[layer->name];
    planned.spec.quantizer = quantizers::kLossless;
    planned.sums = layer->sums;
  }
  return plan;
}

}  // namespace bitline
