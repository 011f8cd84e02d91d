#include <pybind11/stl.h>

#include "bitline/options/tables.h"
#include "core/bindings.h"
#include "core/option_types.h"

namespace bitline::python {

namespace py = pybind11;

namespace {

/// Every key of every table, and of "array.layers" and "adc.layers", those of single layers:
/// (table, key, its default as TOML, what docs/config.md says of it, its annotation in Python).
py::list option_fields() {
  const std::map<std::string, std::string> defaults = config_defaults();
  RunConfig run;
  run.cost.emplace();
  run.allocate.emplace();
  run.quantize.emplace();
  run.retrain = default_retraining(run.train);
  py::list fields;
  const auto add = [&](std::string_view table, const FieldText& field, const std::string& key,
                       const std::string& type) {
    const auto found = defaults.find(key);
    fields.append(py::make_tuple(table, field.key,
                                 found == defaults.end() ? std::string() : found->second,
                                 field.meaning, type));
  };
  visit_tables(run, [&](std::string_view table, const auto& options) {
    visit_fields(options, [&](const FieldText& field, const auto&... value) {
      const std::string prefix = table.empty() ? "" : std::string(table) + ".";
      add(table, field, prefix + std::string(field.key), OptionType()(field, value...));
    });
  });
  // What a single layer has not of its own, it has from its table.
  const auto add_layers = [&](const std::string& table, const auto& options) {
    visit_fields(options, [&](const FieldText& field, const auto&... value) {
      if (field.why_of_all_layers.empty())
        add(table + ".layers", field, table + "." + std::string(field.key),
            OptionType()(field, value...));
    });
  };
  add_layers("array", LayerArray());
  add_layers("adc", run.adc.common);
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
