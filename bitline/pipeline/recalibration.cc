#include "bitline/pipeline/recalibration.h"

#include "bitline/pipeline/study.h"
#include "bitline/runtime/recalibrate.h"

namespace bitline {

Network recalibrated(const Network& network, const AdcPlan& plan, const Dataset& sample,
                     const RunConfig& config, ProgressSink& progress,
                     const Cancellation& cancellation) {
  Executor executor(network, MacMode::kAnalog, config.array, config.engine, progress);
  PreparedPlan prepared = executor.prepare(plan);
  return recalibrate(executor, prepared, normalized_images(sample, config.data), progress,
                     cancellation);
}

}  // namespace bitline
