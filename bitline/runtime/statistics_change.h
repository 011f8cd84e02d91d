// Other statistics and biases behind the layers of an Executor, whose sums stay as they are: for
// recalibration, for searches that recalibrate, and for quantization after training.
#pragma once

#include "bitline/runtime/executor.h"

namespace bitline {

/// The executor and its network take a new bias [channels] for a layer step that has one. Plans
/// that name the layer are to be prepared again.
void set_bias(Executor& executor, std::size_t step, const Tensor& bias);

/// The executor, its network and `plan` take new batch-norm statistics [channels] for the step.
void set_statistics(Executor& executor, std::size_t step, const NormStatistics& statistics,
                    PreparedPlan& plan);

/// Runs under `plan`, which names the layer step, take these; the executor's network keeps its own.
void use_statistics(const Executor& executor, std::size_t step, const NormStatistics& statistics,
                    PreparedPlan& plan);

}  // namespace bitline
