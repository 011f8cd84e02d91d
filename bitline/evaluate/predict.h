// A dataset through an Executor, in batches.
#pragma once

#include <functional>
#include <string_view>

#include "bitline/base/normalization.h"
#include "bitline/base/progress.h"
#include "bitline/data/dataset.h"
#include "bitline/runtime/executor.h"

namespace bitline {

/// Calls `body` for all images, a few at a time and in order, with the place of the first of them
/// and themselves, normalised. `task` names the work in the progress.
void for_each_batch(const Dataset& dataset, const Normalization& normalization,
                    std::string_view task, const Job& job,
                    const std::function<void(std::int64_t first, const Tensor& images)>& body);

/// Logits F32 [n, classes] of every image.
Tensor predict(const Executor& executor, const PreparedPlan& plan, const Dataset& dataset,
               const Normalization& normalization, std::string_view task, const Job& job,
               HistogramMap* histograms = nullptr);

/// Per image: is the class of the largest logit its label?
std::vector<bool> right_answers(const Tensor& logits, const Dataset& dataset);

}  // namespace bitline
