#include "bitline/runtime/recalibrate.h"

#include <algorithm>
#include <map>

#include "bitline/base/fail.h"
#include "bitline/runtime/layer_statistics.h"
#include "bitline/runtime/statistics_change.h"

namespace bitline {
namespace {

/// Of the layers before a batch-norm, by step.
using StepStatistics = std::map<std::size_t, ChannelStatistics>;

/// How far the network's statistics are from those of its layers with and without the ADCs.
class Distances {
 public:
  void add(const NormStatistics& stored, const ChannelStatistics& lossless,
           const ChannelStatistics& converted) {
    for (std::size_t c = 0; c < lossless.variance.size(); ++c) {
      if (lossless.variance[c] <= 0 || stored.variance.data<float>()[c] <= 0) continue;
      lossless_ += std::min(distance(stored, lossless, c), kFar);
      converted_ += std::min(distance(stored, converted, c), kFar);
      ++channels_;
    }
  }

  /// Statistics of a training never fit those of a sample exactly, fine ADCs change next to
  /// nothing, and statistics that were never trained fit nothing: only what is clear counts.
  bool fit_converted() const { return lossless_ > 2 * converted_ && converted_ < channels_ / 2; }
  /// How much farther from the statistics without ADCs.
  double ratio() const { return lossless_ / converted_; }

 private:
  static constexpr double kFar = 10;  ///< a channel that is dead decides nothing alone

  double lossless_ = 0;
  double converted_ = 0;
  double channels_ = 0;
};

struct Measured {
  StepStatistics lossless;
  Distances distances;
};

Measured measure(const Executor& executor, const PreparedPlan& plan, const Tensor& images,
                 const Job& job) {
  Measured measured;
  Values lossless = executor.begin(images);
  Values converted = executor.begin(images);
  const std::size_t steps = executor.steps().size();
  job.progress.begin("batch-norm as it is", static_cast<std::int64_t>(steps));
  for (std::size_t i = 0; i < steps; ++i) {
    job.cancellation.check();
    const Step& step = executor.steps()[i];
    run_with_statistics(executor, i, lossless, {},
                        [&](const ChannelStatistics& exact) { measured.lossless[i] = exact; });
    run_with_statistics(executor, i, converted, plan, [&](const ChannelStatistics& of_plan) {
      measured.distances.add(stored_statistics(executor.network(), step), measured.lossless[i],
                             of_plan);
    });
    job.progress.update(static_cast<std::int64_t>(i + 1), step.output);
  }
  job.progress.end();
  return measured;
}

}  // namespace

bool has_statistics_of(const Executor& executor, const PreparedPlan& plan, const Tensor& images,
                       const Job& job) {
  return measure(executor, plan, images, job).distances.fit_converted();
}

Network recalibrate(Executor& executor, PreparedPlan& plan, const Tensor& images, const Job& job) {
  const Measured measured = measure(executor, plan, images, job);
  if (measured.distances.fit_converted())
    fail(
        "the network's batch-norm statistics are already those behind ADCs like the plan's, from "
        "which they are {:.1f} times less far than from those without ADCs; recalibration would "
        "count the ADCs twice: leave it out for a network that was retrained or recalibrated, or "
        "start from the network before that",
        measured.distances.ratio());
  const std::size_t steps = executor.steps().size();
  job.progress.begin("recalibrate batch-norm", static_cast<std::int64_t>(steps));
  Values values = executor.begin(images);
  for (std::size_t i = 0; i < steps; ++i) {
    job.cancellation.check();
    const Step& step = executor.steps()[i];
    run_with_statistics(executor, i, values, plan, [&](const ChannelStatistics& converted) {
      set_statistics(
          executor, i,
          moved(stored_statistics(executor.network(), step), measured.lossless.at(i), converted),
          plan);
    });
    job.progress.update(static_cast<std::int64_t>(i + 1), step.output);
  }
  job.progress.end();
  return executor.network();
}

}  // namespace bitline
