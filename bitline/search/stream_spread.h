// How much narrower an input stream's range may be than that of the stream that spreads most.
#pragma once

#include <span>
#include <vector>

#include "bitline/adc/histogram.h"
#include "bitline/base/rational.h"

namespace bitline {

/// By input stream the largest s_j with σ_j · 2^s_j ≤ max σ, so that in units of its own spread no
/// stream's range becomes narrower than that of the one which spreads most: bits that are rarely 1
/// drive few word lines. 0 for a stream whose sums do not spread. Empty where all are 0. `streams`
/// holds the sums of each, of equally many conversions; no floating-point number decides.
std::vector<int> shifts_by_spread(std::span<const Histogram> streams);

/// The shifts, each cut so that no step Δ · 2^−s_j falls below 1: integers lie no closer. Empty
/// where none remains.
std::vector<int> with_steps_of_one(std::vector<int> shifts, const Rational& step);

}  // namespace bitline
