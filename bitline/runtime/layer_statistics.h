// Statistics of a layer's outputs over many images, for recalibration.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "bitline/runtime/channel_moments.h"
#include "bitline/runtime/executor.h"

namespace bitline {

/// Hears of a layer's statistics before its batch-norm is applied, which it may change.
using UseStatistics = std::function<void(const ChannelStatistics&)>;

/// Runs the step as Executor::run() does. Where it is a layer with a batch-norm behind it, `use` is
/// called with the statistics of its outputs before that: both come from one pass over the layer's
/// sums, which are kept so long. Throws Error that names the layer when a channel has fewer than 2
/// values, as behind a linear layer with one image.
void run_with_statistics(const Executor& executor, std::size_t step, Values& values,
                         const PreparedPlan& plan, const UseStatistics& use);

/// How many images and plans one pass over a layer's sums takes together, so that the outputs of a
/// thread stay within 64 MiB.
struct SweepShape {
  std::int64_t images = 1;
  std::int64_t plans = 1;
};
SweepShape sweep_shape(const CimLayer& layer, std::int64_t plans);

/// Those statistics of a layer on the array under each of `plans`, which all name it, from one pass
/// over its partial sums; `values` stand before the step.
std::vector<ChannelStatistics> layer_statistics_each(const Executor& executor, std::size_t step,
                                                     const Values& values,
                                                     std::span<const PreparedPlan> plans);

}  // namespace bitline
