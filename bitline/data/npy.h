// NumPy's format of one array in one file.
#pragma once

#include <cstddef>
#include <span>

#include "bitline/base/tensor.h"

namespace bitline {

/// The array of an .npy file of version 1 or 2: little-endian, row-major (C order), of elements u1,
/// i1, i2, i4, i8, f4 or f8. Throws Error for anything else, for a header that is not exactly what
/// NumPy writes (descr, fortran_order and shape, once each), and for a file whose size is not that
/// of its shape; memory is taken after that.
Tensor parse_npy(std::span<const std::byte> bytes);

}  // namespace bitline
