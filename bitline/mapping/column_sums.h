// What the weights of a layer allow its columns to sum to.
#pragma once

#include "bitline/mapping/cim_layer.h"

namespace bitline {

/// Smallest and largest sum that a column of the layer can give in one read, over all its normal
/// columns and tiles, by its very digits; 0 lies in it. Within CimLayer::sums, which knows the
/// digits' ranges alone.
SumRange column_sums(const CimLayer& layer);

}  // namespace bitline
