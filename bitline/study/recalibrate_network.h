// Batch-norm statistics under a plan, on the sample that a configuration draws.
#pragma once

#include "bitline/adc/adc_plan.h"
#include "bitline/base/progress.h"
#include "bitline/data/dataset.h"
#include "bitline/graph/network.h"
#include "bitline/options/run_config.h"

namespace bitline {

/// Whether a layer has a batch-norm behind it, or may be given one.
bool can_recalibrate(const Network& network, const NetworkArrays& array);

/// recalibrate() on the array and with the normalisation of `config`, with a batch-norm behind
/// layers that have none (add_batch_norm). Throws what these and Executor::prepare() throw.
Network recalibrated(const Network& network, const AdcPlan& plan, const Dataset& sample,
                     const RunConfig& config, const Job& job);

}  // namespace bitline
