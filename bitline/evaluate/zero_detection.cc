#include "bitline/evaluate/zero_detection.h"

#include "bitline/base/progress_task.h"
#include "bitline/runtime/layer_probe.h"

namespace bitline {

std::map<std::string, double> idle_shares(const Executor& executor, const AdcPlan& plan,
                                          const Tensor& images, const Job& job) {
  const PreparedPlan prepared = executor.prepare(plan);
  const std::vector<const CimLayer*> layers = executor.cim_layers();
  const ProgressTask task(job.progress, "count idle reads", std::ssize(layers));
  std::map<std::string, double> shares;
  Values values = executor.begin(images);
  std::size_t at = 0;
  for (const CimLayer* layer : layers) {
    job.cancellation.check();
    const std::size_t step = executor.step_of(layer->name);
    executor.run(values, at, step, prepared);
    at = step;
    shares[layer->name] = LayerProbe(executor, step).count_reads(values).idle_share();
    job.progress.update(std::ssize(shares), layer->name);
  }
  return shares;
}

}  // namespace bitline
