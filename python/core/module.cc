#include "bitline/runtime/torch_part.h"
#include "core/bindings.h"

PYBIND11_MODULE(_core, module) {
  using namespace bitline;
  module.doc() = "Bitline's engine. Users take the package bitline, which is Python over it.";
  // The process has, or will have, a LibTorch of its own.
  do_without_torch_part();
  python::bind_base(module);
  python::bind_data(module);
  python::bind_graph(module);
  python::bind_adc(module);
  python::bind_options(module);
  python::bind_study(module);
  python::bind_run(module);
}
