#include <pybind11/stl.h>

#include "bitline/options/tables.h"
#include "core/bindings.h"

namespace bitline::python {

namespace py = pybind11;

namespace {

/// Every key of every table: (table, key, its default as TOML, what docs/config.md says of it).
py::list option_fields() {
  const std::map<std::string, std::string> defaults = config_defaults();
  RunConfig run;
  run.cost.emplace();
  run.allocate.emplace();
  run.quantize.emplace();
  run.retrain = default_retraining(run.train);
  py::list fields;
  visit_tables(run, [&](std::string_view table, const auto& options) {
    visit_fields(options, [&](const FieldText& field, const auto&...) {
      const std::string key =
          (table.empty() ? "" : std::string(table) + ".") + std::string(field.key);
      fields.append(py::make_tuple(table, field.key, defaults.at(key), field.meaning));
    });
  });
  return fields;
}

RunConfig parse(const std::string& toml) {
  return read_run_config(Config::from_text(toml, "options"));
}

}  // namespace

void bind_options(py::module_& module) {
  py::class_<RunConfig>(module, "Config")
      .def(py::init(&parse), py::arg("toml"))
      .def_readonly("as_used", &RunConfig::as_used);
  module.def("option_fields", &option_fields);
}

}  // namespace bitline::python
