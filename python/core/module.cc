#include "bitline/runtime/torch_part.h"
#include "core/bindings.h"
#include "core/listener.h"

PYBIND11_MODULE(_core, module) {
  using namespace bitline;
  namespace py = pybind11;
  module.doc() = "Bitline's engine. Users take the package bitline, which is Python over it.";
  // The process has, or will have, a LibTorch of its own.
  do_without_torch_part();
  py::module_::import("atexit").attr("register")(py::cpp_function(&python::Listener::stop_all));
  python::bind_base(module);
  python::bind_data(module);
  python::bind_graph(module);
  python::bind_adc(module);
  python::bind_quantize(module);
  python::bind_options(module);
  python::bind_study(module);
  python::bind_runtime(module);
  python::bind_run(module);
}
