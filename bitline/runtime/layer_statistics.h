// Statistics of a layer's outputs over many images, for recalibration.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bitline/runtime/channel_moments.h"
#include "bitline/runtime/executor.h"

namespace bitline {

/// Of the layer step's outputs for the images of `values`, which stand before the step. Throws
/// Error that names the layer when a channel has fewer than 2 values, as behind a linear layer with
/// one image.
ChannelStatistics layer_statistics(const Executor& executor, std::size_t step, const Values& values,
                                   const PreparedPlan& plan);

/// How many images and plans one pass over a layer's sums takes together, so that the outputs of a
/// thread stay within 64 MiB.
struct SweepShape {
  std::int64_t images = 1;
  std::int64_t plans = 1;
};
SweepShape sweep_shape(const CimLayer& layer, std::int64_t plans);

/// layer_statistics() of a layer on the array under each of `plans`, which all name it, from one
/// pass over its partial sums.
std::vector<ChannelStatistics> layer_statistics_each(const Executor& executor, std::size_t step,
                                                     const Values& values,
                                                     std::span<const PreparedPlan> plans);

}  // namespace bitline
