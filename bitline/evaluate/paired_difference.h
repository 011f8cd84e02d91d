// How far two accuracies on the same images are apart.
#pragma once

#include <vector>

#include "bitline/record/interval.h"

namespace bitline {

/// Accuracy of `b` minus that of `a` on the same images, from the images where only one is right
/// (McNemar's discordant pairs), as Wald's interval with half a pair added to each cell (Agresti
/// and Min, 2005), which stays honest when hardly any pair differs. Both lists say per image
/// whether the answer was right.
Interval paired_difference(const std::vector<bool>& a, const std::vector<bool>& b);

}  // namespace bitline
