#include "bitline/runtime/recalibrate.h"

#include "bitline/runtime/layer_statistics.h"

namespace bitline {

Network recalibrate(Executor& executor, PreparedPlan& plan, const Tensor& images,
                    ProgressSink& progress, const Cancellation& cancellation) {
  const auto steps = static_cast<std::int64_t>(executor.steps().size());
  const Executor reference(executor.network(), MacMode::kLossless, {}, Engine::kFused, progress);
  progress.begin("recalibrate batch-norm", steps);
  Values lossless = reference.begin(images);
  Values converted = executor.begin(images);
  for (std::int64_t i = 0; i < steps; ++i) {
    cancellation.check();
    const auto index = static_cast<std::size_t>(i);
    const Step& step = executor.steps()[index];
    if (step.is_layer() && step.batch_norm != nullptr)
      executor.set_statistics(index,
                              moved(stored_statistics(executor.network(), step),
                                    layer_statistics(reference, index, lossless, {}),
                                    layer_statistics(executor, index, converted, plan)),
                              plan);
    reference.run(lossless, index, index + 1);
    executor.run(converted, index, index + 1, plan);
    progress.update(i + 1, step.output);
  }
  progress.end();
  return executor.network();
}

}  // namespace bitline
