// The fan-in of a convolution to tiles; equation (4) of docs/arithmetic.md.
#pragma once

#include <vector>

#include "bitline/mapping/cim_layer.h"

namespace bitline {

/// Tiles of at most array.weight_rows() rows, in the order in which the rows are filled. Throws
/// Error (kUsage) when whole-channels is asked for and a kernel has more rows than are driven.
std::vector<Tile> cut_tiles(const ConvGeometry& geometry, const ArraySpec& array);

}  // namespace bitline
