// What the bias rows of an array can add to its columns; equation (5p) of docs/arithmetic.md.
#pragma once

#include <cstdint>
#include <span>

#include "bitline/mapping/cim_layer.h"

namespace bitline {

/// Values of h that a column of the layer can have: minimum, minimum + step, … maximum. Only 0
/// where its array biases no columns; what its sums span where references are set for each column.
SumRange bias_range(const CimLayer& layer);

/// How many h a layer has: one for each column plane, output channel and tile, for both halves of
/// pairs that are subtracted digitally.
std::int64_t bias_count(const CimLayer& layer);

/// Throws Error (kUsage) that names the column where its h is not in bias_range(). `bias` is as
/// AdcSpec::column_bias states, of bias_count() entries or empty.
void check_column_bias(const CimLayer& layer, std::span<const std::int32_t> bias);

}  // namespace bitline
