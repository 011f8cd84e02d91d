// What each file of this folder adds to the module _core: one for each folder of bitline/ that a
// user of Python meets.
#pragma once

#include <pybind11/pybind11.h>

namespace bitline::python {

void bind_base(pybind11::module_& module);
void bind_data(pybind11::module_& module);
void bind_graph(pybind11::module_& module);
void bind_adc(pybind11::module_& module);
void bind_quantize(pybind11::module_& module);
void bind_options(pybind11::module_& module);
void bind_study(pybind11::module_& module);
void bind_runtime(pybind11::module_& module);
void bind_run(pybind11::module_& module);

}  // namespace bitline::python
