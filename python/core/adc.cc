#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include "bitline/adc/adc_plan.h"
#include "core/bindings.h"

namespace bitline::python {

namespace py = pybind11;

void bind_adc(py::module_& module) {
  py::class_<AdcPlan>(module, "Plan")
      .def(py::init<>())
      .def_static("from_json", [](const std::string& text) { return plan_from_json(text); })
      .def("to_json", [](const AdcPlan& plan) { return to_json(plan); })
      .def("save",
           [](const AdcPlan& plan, const std::filesystem::path& path) { write_plan(path, plan); })
      .def("hash", [](const AdcPlan& plan) { return content_hash(plan); })
      .def_property_readonly("levels", [](const AdcPlan& plan) {
        std::map<std::string, std::int64_t> levels;
        for (const auto& [layer, adc] : plan.layers) levels[layer] = adc.spec.levels;
        return levels;
      });
}

}  // namespace bitline::python
