#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include "bitline/base/fail.h"
#include "bitline/graph/network.h"
#include "bitline/graph/network_file.h"
#include "bitline/importer/import_onnx.h"
#include "bitline/importer/load_network.h"
#include "bitline/importer/load_weights.h"
#include "bitline/models/models.h"
#include "bitline/study/inputs.h"
#include "core/arrays.h"
#include "core/bindings.h"

namespace bitline::python {

namespace {

Network from_file(const std::filesystem::path& path, const Shape& input) {
  return load_network(path, input);
}

Network from_onnx_bytes(const py::bytes& bytes, const Shape& input) {
  const std::string_view text = bytes;
  return import_onnx(std::as_bytes(std::span(text)), {}, {.has_batch = true, .input = input});
}

Network built_in(const std::string& name, double width, std::int64_t classes, const Shape& input,
                 std::uint64_t seed) {
  return make_model(name, {width, classes, input, seed});
}

Network with_weights(const Network& network, const py::dict& state, bool by_order,
                     const std::map<std::string, std::string>& rename) {
  StateDict tensors;
  for (const auto& [name, values] : state)
    tensors.tensors.push_back(
        {py::str(name).cast<std::string>(), tensor_of(values.cast<py::array>(), py::str(name))});
  return load_weights(network, tensors,
                      {by_order ? WeightMatch::kOrder : WeightMatch::kName, rename});
}

/// The network with other values in some of its tensors, and other steps of some of its grids.
Network with_values(Network network, const std::map<std::string, py::array>& tensors,
                    const std::map<std::string, py::array>& steps) {
  const auto replace = [](Tensor& tensor, const std::string& key, const py::array& values) {
    Tensor given = tensor_of(values, key);
    if (given.dtype() != DType::kF32 || given.shape() != tensor.shape())
      fail_usage("'{}' is F32 of shape {}, found {} of shape {}", key, to_string(tensor.shape()),
                 name_of(given.dtype()), to_string(given.shape()));
    tensor = given.clone();
  };
  for (const auto& [key, values] : tensors) {
    const auto found = network.tensors.find(key);
    if (found == network.tensors.end())
      fail_usage("network '{}' has no tensor '{}'", network.name, key);
    replace(found->second, key, values);
  }
  for (const auto& [name, values] : steps) {
    const auto found = network.quant.find(name);
    if (found == network.quant.end())
      fail_usage("network '{}' has no grid of '{}'", network.name, name);
    replace(found->second.scale, name, values);
  }
  infer_shapes(network);  // refuses what is not finite
  return network;
}

/// The grid of a value or parameter; none where it has none.
std::optional<QuantSpec> grid_of(const Network& network, const std::string& name) {
  const auto found = network.quant.find(name);
  if (found == network.quant.end()) return std::nullopt;
  return found->second;
}

/// Keys of a node's parameters by role.
std::map<std::string, std::string> parameters_of(const Network& network, const std::string& node) {
  return network.node(node).parameters;
}

/// What a batch-norm node adds to the variance.
double epsilon_of(const Network& network, const std::string& node) {
  return std::get<BatchNorm>(network.node(node).op).epsilon;
}

/// (name, operator, inputs, shape of its value).
py::list nodes_of(const Network& network) {
  const auto shapes = infer_shapes(network);
  py::list nodes;
  for (const Node& node : network.nodes)
    nodes.append(py::make_tuple(node.name, name_of(node.op), node.inputs,
                                py::tuple(py::cast(shapes.at(node.name)))));
  return nodes;
}

py::object normalization_of(const Network& network) {
  if (!network.normalization) return py::none();
  return py::make_tuple(network.normalization->mean, network.normalization->deviation);
}

}  // namespace

void bind_graph(py::module_& module) {
  py::class_<QuantSpec>(module, "Grid")
      .def_readonly("is_odd", &QuantSpec::odd)
      .def_readonly("bits", &QuantSpec::bits)
      .def_readonly("zero_point", &QuantSpec::zero_point)
      .def_readonly("axis", &QuantSpec::axis)
      .def_property_readonly("minimum", &QuantSpec::minimum)
      .def_property_readonly("maximum", &QuantSpec::maximum)
      .def_property_readonly("divides",
                             [](const QuantSpec& grid) { return grid.rule == GridRule::kDivide; })
      .def_property_readonly("rounding",
                             [](const QuantSpec& grid) { return name_of(grid.rounding); })
      .def_readonly("by_multiplier", &QuantSpec::by_multiplier)
      .def_property_readonly("scale", [](const QuantSpec& grid) { return array_of(grid.scale); })
      // Nothing of it changes: copies of a module may share it.
      .def("__deepcopy__", [](const py::object& self, const py::dict&) { return self; });
  py::class_<Network>(module, "Network")
      .def_static("from_file", &from_file, py::arg("path"), py::arg("input"))
      .def_static("from_onnx", &from_onnx_bytes, py::arg("data"), py::arg("input"))
      .def_static("built_in", &built_in, py::arg("name"), py::arg("width"), py::arg("classes"),
                  py::arg("input"), py::arg("seed"))
      .def("with_weights", &with_weights, py::arg("state"), py::arg("by_order"), py::arg("rename"))
      .def("with_values", &with_values, py::arg("tensors"), py::arg("steps"))
      .def("grid", &grid_of, py::arg("name"))
      .def("parameters", &parameters_of, py::arg("node"))
      .def("epsilon", &epsilon_of, py::arg("node"))
      .def("save", [](const Network& network,
                      const std::filesystem::path& path) { write_network(path, network); })
      .def("hash", [](const Network& network) { return content_hash(network); })
      .def("tensor",
           [](const Network& network, const std::string& key) {
             const auto found = network.tensors.find(key);
             if (found == network.tensors.end()) throw py::key_error(key);
             return array_of(found->second);
           })
      .def_property_readonly("tensors",
                             [](const Network& network) {
                               std::vector<std::string> keys;
                               for (const auto& [key, tensor] : network.tensors)
                                 keys.push_back(key);
                               return keys;
                             })
      .def_readonly("name", &Network::name)
      .def_property_readonly("nodes", &nodes_of)
      .def_property_readonly("normalization", &normalization_of)
      .def_property_readonly("has_grids",
                             [](const Network& network) { return !network.quant.empty(); })
      .def_property_readonly("grids", [](const Network& network) {
        std::vector<std::string> names;
        for (const auto& [name, grid] : network.quant) names.push_back(name);
        return names;
      });
}

}  // namespace bitline::python
