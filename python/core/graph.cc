#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

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
  py::class_<Network>(module, "Network")
      .def_static("from_file", &from_file, py::arg("path"), py::arg("input"))
      .def_static("from_onnx", &from_onnx_bytes, py::arg("data"), py::arg("input"))
      .def_static("built_in", &built_in, py::arg("name"), py::arg("width"), py::arg("classes"),
                  py::arg("input"), py::arg("seed"))
      .def("with_weights", &with_weights, py::arg("state"), py::arg("by_order"), py::arg("rename"))
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
                             [](const Network& network) { return !network.quant.empty(); });
}

}  // namespace bitline::python
