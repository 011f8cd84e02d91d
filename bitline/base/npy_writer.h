// A tensor as NumPy stores arrays.
#pragma once

#include <cstddef>
#include <vector>

#include "bitline/base/tensor.h"

namespace bitline {

/// The bytes of an NPY file, version 1.0: the tensor's shape and elements, row-major,
/// little-endian.
std::vector<std::byte> npy_file(const Tensor& tensor);

}  // namespace bitline
