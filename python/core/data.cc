#include <pybind11/stl/filesystem.h>

#include "bitline/base/fail.h"
#include "bitline/data/dataset.h"
#include "bitline/data/numpy_arrays.h"
#include "bitline/data/sample_file.h"
#include "bitline/study/inputs.h"
#include "core/arrays.h"
#include "core/bindings.h"

namespace bitline::python {

namespace {

Dataset make_dataset(const py::array& images, const py::array& labels, std::int32_t classes) {
  Dataset dataset = dataset_of(tensor_of(images, "images"), tensor_of(labels, "labels"));
  if (classes < dataset.classes && classes != 0)
    fail_usage("label {} stands among the labels, and there are {} classes; give at least {}",
               dataset.classes - 1, classes, dataset.classes);
  if (classes != 0) dataset.classes = classes;
  return dataset;
}

}  // namespace

void bind_data(py::module_& module) {
  py::class_<Dataset>(module, "Dataset")
      .def(py::init(&make_dataset), py::arg("images"), py::arg("labels"), py::arg("classes"))
      .def_static("from_file",
                  [](const std::filesystem::path& path) { return load_samples(path).data; })
      .def_property_readonly("images", [](const Dataset& data) { return array_of(data.images); })
      .def_property_readonly(
          "labels",
          [](const Dataset& data) {
            return array_of(Tensor::of<std::int32_t>({data.size()}, data.labels));
          })
      .def_readonly("classes", &Dataset::classes)
      .def("hash", [](const Dataset& data) { return content_hash(data); })
      .def("__len__", &Dataset::size);
}

}  // namespace bitline::python
