// NumPy's arrays as tensors, and back.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include "bitline/base/tensor.h"

namespace bitline::python {

namespace py = pybind11;

/// The values of an array: its own memory, which then lives as long as the tensor, where they stand
/// one behind the other in this machine's order of bytes; else a copy. Throws Error (kUsage) that
/// names `what` for element types that a Tensor does not have.
Tensor tensor_of(const py::array& array, const std::string& what);

/// The tensor's memory as an array that cannot be written to.
py::array array_of(const Tensor& tensor);

}  // namespace bitline::python
