#include "bitline/study/recalibrate_network.h"

#include "bitline/runtime/recalibrate.h"
#include "bitline/study/inputs.h"

namespace bitline {

Network recalibrated(const Network& network, const AdcPlan& plan, const Dataset& sample,
                     const RunConfig& config, const Job& job) {
  Executor executor(network, MacMode::kAnalog, config.array, config.engine, job.progress);
  PreparedPlan prepared = executor.prepare(plan);
  return recalibrate(executor, prepared, normalized_images(network, sample, config.data), job);
}

}  // namespace bitline
