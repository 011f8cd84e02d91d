// Index arithmetic over the axes of row-major tensors. Internal to digital/.
#pragma once

#include <functional>
#include <numeric>

#include "bitline/base/tensor.h"

namespace bitline::digital {

/// Product of the extents of the axes [first, last).
inline std::int64_t product(const Shape& shape, std::int64_t first, std::int64_t last) {
  return std::accumulate(shape.begin() + first, shape.begin() + last, std::int64_t{1},
                         std::multiplies<>());
}

/// Elements between neighbours along each axis.
inline Shape strides_of(const Shape& shape) {
  Shape strides(shape.size(), 1);
  for (std::size_t axis = shape.size(); axis-- > 1;)
    strides[axis - 1] = strides[axis] * shape[axis];
  return strides;
}

/// Where row number `row` begins that runs along the last of `extents`, when one goes on by
/// `strides` along each axis.
inline std::int64_t offset_of_row(std::int64_t row, const Shape& extents, const Shape& strides) {
  std::int64_t offset = 0;
  for (std::size_t axis = extents.size() - 1; axis-- > 0; row /= extents[axis])
    offset += row % extents[axis] * strides[axis];
  return offset;
}

}  // namespace bitline::digital
