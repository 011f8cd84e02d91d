// The plan that loses nothing.
#pragma once

#include "bitline/adc/adc_plan.h"
#include "bitline/runtime/executor.h"

namespace bitline {

/// Every layer on the array with a lossless ADC: the simulation runs, nothing is lost.
AdcPlan lossless_plan(const Executor& executor);

}  // namespace bitline
