#include "bitline/base/error.h"
#include "bitline/base/parallel.h"
#include "bitline/base/version.h"
#include "core/bindings.h"

namespace bitline::python {

namespace py = pybind11;

namespace {

std::string_view name_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUsage:
      return "usage";
    case ErrorKind::kInterrupted:
      return "interrupted";
    case ErrorKind::kBug:
      return "bug";
    default:
      return "failure";
  }
}

}  // namespace

void bind_base(py::module_& module) {
  // Never destroyed: the interpreter may be gone by then.
  static const py::object* const kError = new py::object(py::exception<Error>(module, "Error"));
  kError->attr("__module__") = "bitline";
  kError->attr("__doc__") =
      "What went wrong, in one line. `kind` is 'usage', 'failure', 'interrupted' or 'bug'.";
  py::register_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const Error& error) {
      py::object raised = (*kError)(error.what());
      raised.attr("kind") = name_of(error.kind());
      PyErr_SetObject(kError->ptr(), raised.ptr());
    }
  });
  module.def("version", &version);
  module.def("revision", &git_revision);
  module.def("set_thread_count", &set_thread_count);
  module.def("thread_count", &thread_count);
  module.def("core_count", &core_count);
}

}  // namespace bitline::python
