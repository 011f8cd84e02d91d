// When values of one shape are those of another.
#pragma once

#include "bitline/base/tensor.h"

namespace bitline {

/// Whether `to` reads the values of `from` in the same order with axes merged ([28, 28] as [784])
/// or split ([640] as [1, 640]), axes of 1 coming and going. False where the numbers of values
/// differ, and where axes are cut anew ([32, 32, 3] as [3, 32, 32], [4, 6] as [2, 12]): those would
/// be values in another order, or are too likely to be.
bool regroups_axes(const Shape& from, const Shape& to);

}  // namespace bitline
