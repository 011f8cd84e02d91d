#include "bitline/study/recalibrate_network.h"

#include "bitline/runtime/add_batch_norm.h"
#include "bitline/runtime/recalibrate.h"
#include "bitline/study/inputs.h"

namespace bitline {

bool can_recalibrate(const Network& network, const NetworkArrays& array) {
  return has_batch_norm(network) || !layers_without_batch_norm(network, array).empty();
}

Network recalibrated(const Network& network, const AdcPlan& plan, const Dataset& sample,
                     const RunConfig& config, const Job& job) {
  const Tensor images = normalized_images(network, sample, config.data);
  Executor executor(add_batch_norm(network, config.array, config.engine, images, job),
                    MacMode::kAnalog, config.array, config.engine, job.progress);
  PreparedPlan prepared = executor.prepare(plan);
  return recalibrate(executor, prepared, images, job);
}

}  // namespace bitline
