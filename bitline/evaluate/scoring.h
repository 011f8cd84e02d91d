// From logits to scores that add exactly.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bitline/base/tensor.h"
#include "bitline/search/evaluator.h"

namespace bitline {

/// Class of the largest logit; the lowest class among equals.
std::int32_t predicted_class(std::span<const float> logits);

/// Whether `target` is among the five classes of the largest logits; of equal logits the lower
/// class comes first.
bool in_top_five(std::span<const float> logits, std::int32_t target);

/// Score of one image: cross-entropy computed in double and rounded to a multiple of 2^-20, so that
/// no order of summation decides; 2^20 nats where it is more, so that the sum over millions of
/// images fits in 64 bits.
Score score_image(std::span<const float> logits, std::int32_t target);

/// logits F32 [n, classes]; one target per image.
Score score_batch(const Tensor& logits, std::span<const std::int32_t> targets);
std::vector<std::int32_t> predicted_classes(const Tensor& logits);
/// Images whose target is among the five likeliest classes.
std::int64_t count_top_five(const Tensor& logits, std::span<const std::int32_t> targets);

}  // namespace bitline
