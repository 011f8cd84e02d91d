// Means and sums of values on grids, rounded onto a grid as exact fractions; equation (8a).
#pragma once

#include <optional>

#include "bitline/runtime/lowering.h"
#include "bitline/runtime/value.h"

namespace bitline {

/// Whether the operator is one that (8a) knows: a mean, or the sum of two values.
bool has_exact_form(const Operator& op);

/// The step's value on the step's grid. Nothing where it is no such step, where the rule of its
/// grid is not `divide`, where an input has no grid, or where the scales lie farther apart than
/// FractionRounding takes: it is then rounded by (8) from real numbers.
std::optional<Value> run_exactly(const Step& step, const Values& values);

}  // namespace bitline
