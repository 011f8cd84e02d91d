// The only way from an integer layer to the array.
#pragma once

#include "bitline/mapping/cim_layer.h"

namespace bitline {

/// Whether WeightPlanes::digits stand in memory, a byte for each weight and plane, or are left out
/// and made of the weights again by whoever reads them (cell_digits.h).
enum class Digits { kStored, kOnDemand };

/// Cuts the layer into planes, streams and tiles by equations (1), (2) and (4), and flips columns
/// by (2a). Throws Error (kUsage) with the layer's name for an encoding that cannot hold its
/// weights (differential at 1 bit, even W under bipolar …), or fewer rows than a kernel under
/// whole-channels.
CimLayer map_layer(const IntegerLayer& layer, const ArraySpec& array,
                   Digits digits = Digits::kStored);

}  // namespace bitline
