// Batch-norm statistics re-estimated with the ADCs in the loop; no labels, no gradients.
#pragma once

#include "bitline/base/progress.h"
#include "bitline/runtime/executor.h"

namespace bitline {

/// Whether the network's batch-norm statistics are those behind ADCs like the plan's already, as
/// after retraining or recalibration, on `images` (F32, normalised); equation (14a).
bool has_statistics_of(const Executor& executor, const PreparedPlan& plan, const Tensor& images,
                       const Job& job);

/// Moves the mean and the variance of every batch-norm behind a layer by what `plan` changes in its
/// input on `images` (F32, normalised), equation (14), front to back: a later layer sees the new
/// statistics of the earlier ones. A plan that loses nothing changes nothing. Sums of the array are
/// integers, so the statistics depend on neither batch size nor threads. Returns the network with
/// the new statistics; the executor has them too, and `plan` is prepared anew. Throws Error that
/// names the layer when a channel has fewer than 2 values, as behind a linear layer with one image;
/// Error when the network's statistics are already those behind such ADCs, as after retraining or
/// another recalibration: what the ADCs change would then count twice (14a).
Network recalibrate(Executor& executor, PreparedPlan& plan, const Tensor& images, const Job& job);

}  // namespace bitline
