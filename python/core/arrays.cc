#include "core/arrays.h"

#include <array>
#include <memory>
#include <string>

#include "bitline/base/fail.h"
#include "core/listener.h"

namespace bitline::python {
namespace {

struct NamedType {
  DType dtype;
  const char* numpy;
};

constexpr std::array kTypes{NamedType{DType::kU8, "uint8"},   NamedType{DType::kI8, "int8"},
                            NamedType{DType::kI16, "int16"},  NamedType{DType::kI32, "int32"},
                            NamedType{DType::kI64, "int64"},  NamedType{DType::kF32, "float32"},
                            NamedType{DType::kF64, "float64"}};

DType dtype_of(const py::array& array, const std::string& what) {
  for (const NamedType& type : kTypes)
    if (py::dtype(type.numpy).equal(array.dtype())) return type.dtype;
  fail_usage(
      "{} are of type {}; supported are uint8, int8, int16, int32, int64, float32 and float64",
      what, py::str(array.dtype()).cast<std::string>());
}

py::dtype numpy_type(DType dtype) {
  for (const NamedType& type : kTypes)
    if (type.dtype == dtype) return py::dtype(type.numpy);
  fail("a tensor of {} has no array", name_of(dtype));
}

}  // namespace

Tensor tensor_of(const py::array& array, const std::string& what) {
  // Another order of bytes or of axes: NumPy makes a copy in ours.
  py::object ordered = py::module_::import("numpy").attr("ascontiguousarray")(
      array, array.dtype().attr("newbyteorder")("="));
  auto values = ordered.cast<py::array>();
  const DType dtype = dtype_of(values, what);
  Shape shape(values.shape(), values.shape() + array.ndim());
  auto* data = const_cast<std::byte*>(static_cast<const std::byte*>(values.data()));
  PyObject* owner = values.release().ptr();
  return {dtype, std::move(shape), std::shared_ptr<std::byte[]>(data, [owner](std::byte*) {
            if (Py_IsInitialized() == 0 || is_ending()) return;  // its memory goes with it
            const py::gil_scoped_acquire gil;
            Py_DECREF(owner);
          })};
}

py::array array_of(const Tensor& tensor) {
  const std::vector<py::ssize_t> shape(tensor.shape().begin(), tensor.shape().end());
  auto* owner = new Tensor(tensor);
  const py::capsule capsule(owner, [](void* held) { delete static_cast<Tensor*>(held); });
  py::array array(numpy_type(tensor.dtype()), shape, owner->bytes().data(), capsule);
  array.attr("setflags")(false);
  return array;
}

}  // namespace bitline::python
