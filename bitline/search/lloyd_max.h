// The levels of least squared error, wherever they lie: Lloyd and Max, as in NeuroSim. Of the sums,
// or of the outputs that are made of them.
#pragma once

#include <cstdint>
#include <span>

#include "bitline/adc/adc_spec.h"
#include "bitline/adc/histogram.h"
#include "bitline/search/squared_error.h"

namespace bitline {

/// The ADC of L levels under which Σ_p count(p) · (p − value(code(p)))² is least among all that
/// have values on the grid of 1/256 LSB; equation (5i) of docs/arithmetic.md. It is the optimum
/// itself, by dynamic programming over the sums that were seen, and not a fixed point of Lloyd's
/// iteration. A sum half-way between two values goes up; of equally good tables it is the one whose
/// uppermost threshold is lowest, then the next one. Where fewer than L different sums were seen,
/// each is a level, and the remaining codes have the largest one's value and thresholds above all
/// possible sums. O(L n log n) for n ≥ 1 different sums that were seen. Throws Error (kUsage) for
/// levels that no ADC can have, and where L (n − L + 1) exceeds 2^25, as with 1,250 levels for
/// 28,801 sums.
AdcSpec lloyd_max(std::int64_t levels, const Histogram& sums);

/// lloyd_max() of all parts' sums, each of which counts weight² times: what its error adds to that
/// of an output, (5m), where the errors of each level's sums cancel. Where the counts would not
/// fit, the low bits of all are dropped.
AdcSpec csnr_lloyd_max(std::int64_t levels, std::span<const WeightedSums> parts);

}  // namespace bitline
