// A dataset through an Executor, in batches.
#pragma once

#include "bitline/base/normalization.h"
#include "bitline/base/progress.h"
#include "bitline/data/dataset.h"
#include "bitline/runtime/executor.h"

namespace bitline {

/// Logits F32 [n, classes] of every image. `task` names the work in the progress.
Tensor predict(const Executor& executor, const PreparedPlan& plan, const Dataset& dataset,
               const Normalization& normalization, std::string_view task, const Job& job,
               HistogramMap* histograms = nullptr);

/// Per image: is the class of the largest logit its label?
std::vector<bool> right_answers(const Tensor& logits, const Dataset& dataset);

}  // namespace bitline
