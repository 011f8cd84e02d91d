// Grids as QuantizeLinear states them, in which operators on integers have them too. Internal to
// importer/.
#pragma once

#include "bitline/importer/grids.h"

namespace bitline {

/// Which inputs of a node state a grid. The zero point may be missing, and is 0 then.
struct GridInputs {
  std::size_t scale;
  std::size_t zero_point;
};

/// The grid of integers of an element type, for a value of `shape` in the file; several scales run
/// along `axis`. INT32, a bias, has 0 bits and no grid of ours. Throws Error for other types, and
/// for scales that do not fit.
Grids linear_grids(const OnnxNode& node, const GridInputs& inputs, int element_type,
                   const Shape& shape, std::int64_t axis);

/// The real numbers of integers: of a constant on its grid, or of a value that stands for the
/// integers of the very grid. Throws Error where it stands for another, or holds real numbers.
ImportedValue dequantized(const ImportedValue& x, const Grids& grids);

}  // namespace bitline
