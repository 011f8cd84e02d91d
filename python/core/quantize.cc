#include <pybind11/numpy.h>

#include <span>
#include <vector>

#include "bitline/base/fail.h"
#include "bitline/quantize/fake_quantize.h"
#include "core/bindings.h"

namespace bitline::python {
namespace {

namespace py = pybind11;
using Floats = py::array_t<float, py::array::c_style>;

std::span<const float> read(const Floats& array) {
  return {array.data(), static_cast<std::size_t>(array.size())};
}

std::span<float> write(Floats& array) {
  return {array.mutable_data(), static_cast<std::size_t>(array.size())};
}

/// Parts of `values`, one for each step, and another array of as many.
void check_sizes(const Floats& values, const Floats& steps, const Floats& other) {
  if (steps.size() == 0 || values.size() % steps.size() != 0 || other.size() != values.size())
    fail_usage("{} values and {} steps with an array of {}: they do not fit", values.size(),
               steps.size(), other.size());
}

/// Writes v̂ into `output`, which has the shape of `values`.
void quantize(const Floats& values, const Floats& steps, const QuantSpec& grid, Floats output) {
  check_sizes(values, steps, output);
  const auto to = write(output);
  const py::gil_scoped_release release;
  fake_quantize(read(values), read(steps), grid, to);
}

/// Writes the gradient of the values into `below`; returns that of the steps, F64, without f.
py::array_t<double> differentiate(const Floats& values, const Floats& steps, const QuantSpec& grid,
                                  const Floats& above, Floats below) {
  check_sizes(values, steps, above);
  check_sizes(values, steps, below);
  const auto to = write(below);
  std::vector<double> of_steps;
  {
    const py::gil_scoped_release release;
    of_steps = fake_quantize_gradients(read(values), read(steps), grid, read(above), to);
  }
  return py::array_t<double>(std::ssize(of_steps), of_steps.data());
}

}  // namespace

void bind_quantize(py::module_& module) {
  module.def("fake_quantize", &quantize, py::arg("values").noconvert(),
             py::arg("steps").noconvert(), py::arg("grid"), py::arg("output").noconvert());
  module.def("fake_quantize_gradients", &differentiate, py::arg("values").noconvert(),
             py::arg("steps").noconvert(), py::arg("grid"), py::arg("above").noconvert(),
             py::arg("below").noconvert());
}

}  // namespace bitline::python
