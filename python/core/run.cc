#include "bitline/run/run.h"

#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include "bitline/base/file.h"
#include "bitline/base/version.h"
#include "bitline/report/report.h"
#include "bitline/run/compare.h"
#include "core/bindings.h"
#include "core/listener.h"
#include "core/study.h"

namespace bitline::python {

namespace {

/// (rows as CSV, recommended row, plan, doubts, next steps)
py::tuple run(Study& study, const std::filesystem::path& folder, const py::object& callback) {
  const RunOutcome outcome =
      at_work(callback, [&](const Job& job) { return run_pipeline(study.config(), folder, job); });
  return py::make_tuple(to_csv(outcome.rows), outcome.recommended,
                        outcome.plan ? py::cast(*outcome.plan) : py::none(), outcome.doubts,
                        outcome.next_steps);
}

}  // namespace

void bind_run(py::module_& module) {
  module.def("run", &run, py::arg("study"), py::arg("folder"), py::arg("callback"));
  module.def(
      "compare",
      [](Study& study, const std::filesystem::path& folder, const py::object& callback) {
        return to_csv(at_work(
            callback, [&](const Job& job) { return compare(study.config(), folder, job); }));
      },
      py::arg("study"), py::arg("folder"), py::arg("callback"));
  module.def(
      "report",
      [](const std::vector<std::filesystem::path>& folders) {
        const py::gil_scoped_release release;
        return make_report(folders, version());
      },
      py::arg("folders"));
}

}  // namespace bitline::python
