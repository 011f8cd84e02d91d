// One node that stays digital, on values that have the images as their first axis.
#pragma once

#include "bitline/graph/network.h"
#include "bitline/runtime/value.h"

namespace bitline {

/// The value of a node that is neither Input nor layer, before its own grid. Integers stay integers
/// through operators that only move or select elements, on the grid that they have; all others read
/// real numbers. Constants are repeated for each image. Throws Error when `values` is empty: it
/// tells the number of images.
Value run_digital(const Network& network, const Node& node, const Values& values);

}  // namespace bitline
