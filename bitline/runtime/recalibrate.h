// Batch-norm statistics re-estimated with the ADCs in the loop; no labels, no gradients.
#pragma once

#include "bitline/base/progress.h"
#include "bitline/runtime/executor.h"

namespace bitline {

/// Gives every batch-norm behind a layer the mean and the variance that its input has under `plan`
/// on `images` (F32, normalised), front to back: a later layer sees the new statistics of the
/// earlier ones. Sums of the array are integers, so the statistics depend on neither batch size nor
/// threads. Returns the network with the new statistics; the executor has them too, and `plan` is
/// prepared anew. Variances are unbiased, as batch-norm's running ones are. Throws Error that names
/// the layer when a channel has fewer than 2 values, as behind a linear layer with one image.
Network recalibrate(Executor& executor, PreparedPlan& plan, const Tensor& images,
                    ProgressSink& progress, const Cancellation& cancellation);

}  // namespace bitline
