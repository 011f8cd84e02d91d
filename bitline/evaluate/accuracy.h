// Accuracies with the intervals that the number of images allows.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bitline/record/interval.h"

namespace bitline {

/// Wilson's score interval for `correct` of `images`.
Interval wilson_interval(std::int64_t correct, std::int64_t images);

/// Accuracy of `b` minus that of `a` on the same images, from the images where only one is right
/// (McNemar's discordant pairs), as Wald's interval with half a pair added to each cell (Agresti
/// and Min, 2005), which stays honest when hardly any pair differs. Both lists say per image
/// whether the answer was right.
Interval paired_difference(const std::vector<bool>& a, const std::vector<bool>& b);

}  // namespace bitline
