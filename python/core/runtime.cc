#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "bitline/adc/stream_tables.h"
#include "bitline/base/fail.h"
#include "bitline/base/parallel.h"
#include "bitline/mapping/cell_digits.h"
#include "bitline/mapping/map.h"
#include "bitline/runtime/executor.h"
#include "bitline/runtime/mac_backend.h"
#include "core/arrays.h"
#include "core/bindings.h"
#include "core/study.h"

namespace bitline::python {

namespace {

/// The digits of every activation integer of the layer's grid, from the smallest: I8 [streams,
/// integers].
py::array stream_digits(const InputStreams& streams, std::int64_t smallest, std::int64_t largest) {
  Tensor digits(DType::kI8, {streams.count(), largest - smallest + 1});
  auto digit = digits.data<std::int8_t>().begin();
  for (std::int64_t j = 0; j < streams.count(); ++j)
    for (std::int64_t a = smallest; a <= largest; ++a)
      *digit++ = static_cast<std::int8_t>(streams.digit(a, j));
  return array_of(digits);
}

/// (smallest sum, value of every sum from there on)
py::tuple dense_table(const CodeTable& table) {
  const std::vector<std::int32_t> values = table.dense();
  return py::make_tuple(table.minimum,
                        array_of(Tensor::of<std::int32_t>({std::ssize(values)}, values)));
}

/// F of every output channel and tile.
std::vector<std::vector<std::int64_t>> complement_weights(const CimLayer& layer) {
  std::vector<std::vector<std::int64_t>> weights;
  for (std::int64_t channel = 0; channel < layer.geometry.out_channels; ++channel) {
    weights.emplace_back();
    for (std::int64_t tile = 0; tile < std::ssize(layer.tiles); ++tile)
      weights.back().push_back(layer.planes.complement_weight(channel, tile));
  }
  return weights;
}

using Numbers = py::array_t<double, py::array::c_style>;

/// A layer with the weights of one training step, on the array and ready to convert.
class MappedLayer {
 public:
  MappedLayer(const IntegerLayer& layer, const QuantSpec& input, const ArraySpec& array,
              const std::vector<CodeTable>& tables)
      : layer_(map_layer(layer, array, Digits::kOnDemand)),
        input_(input),
        adc_(make_layer_adc(layer_, tables)) {}

  double unit() const { return adc_.unit.to_double(); }

  /// Writes float32(Y_int · factor + offset) to `output`, F32 [rows, out_channels, height, width];
  /// Y_int of layer_adc.h, `factor` and `offset` F64 of every channel, of values on the grid of the
  /// layer's input with step `step`: F32 [images, in_channels, height, width], or for a linear
  /// layer [rows, in_channels]. NaN counts as the smallest integer.
  void outputs(const py::array_t<float, py::array::c_style>& values, float step,
               const Numbers& factor, const Numbers& offset,
               py::array_t<float, py::array::c_style> output) {
    const ConvGeometry& g = layer_.geometry;
    const std::int64_t rows = values.size() / g.in_size();
    if (values.size() % g.in_size() != 0 || output.size() != rows * g.out_size() ||
        factor.size() != g.out_channels || offset.size() != g.out_channels)
      fail_usage("layer {}: {} values, {} outputs, {} factors and {} offsets do not fit it",
                 layer_.name, values.size(), output.size(), factor.size(), offset.size());
    const std::span from(values.data(), static_cast<std::size_t>(values.size()));
    float* to = output.mutable_data();
    // By the first call, and no two at once: under the interpreter's lock.
    if (!backend_) backend_ = make_backend(Engine::kFused, layer_);
    const py::gil_scoped_release release;
    std::vector<std::int64_t> sums(static_cast<std::size_t>(rows * g.out_size()));
    backend_->accumulate(adc_, rows, integers_of(from, step), sums, nullptr);
    scale(sums, factor.data(), offset.data(), to);
  }

  /// What equations (1) to (6) multiply and look up, for whoever computes them elsewhere.
  py::dict parts() const {
    using namespace py::literals;
    py::list tables;
    for (std::int64_t j = 0; j < layer_.streams.count(); ++j)
      tables.append(dense_table(adc_.table(static_cast<std::size_t>(j))));
    return py::dict(
        "digits"_a = array_of(all_cell_digits(layer_)), "plane_weights"_a = layer_.planes.weights,
        "signs"_a = layer_.planes.has_flips() ? py::object(array_of(layer_.planes.signs))
                                              : py::object(py::none()),
        "complement_weights"_a = complement_weights(layer_), "tiles"_a = layer_.tiles,
        "smallest"_a = input_.minimum(),
        "stream_digits"_a = stream_digits(layer_.streams, input_.minimum(), input_.maximum()),
        "stream_weights"_a = layer_.streams.weights, "tables"_a = tables,
        "reference"_a = layer_.has_reference_column() ? py::object(dense_table(adc_.reference))
                                                      : py::object(py::none()),
        "adc_factor"_a = adc_.adc_factor, "reference_factor"_a = adc_.reference_factor,
        "input_sum_factor"_a = adc_.input_sum_factor,
        "complement_factor"_a = adc_.complement_factor,
        "subtract_digitally"_a = layer_.subtract_digitally);
  }

 private:
  /// Equation (7), channel by channel.
  void scale(std::span<const std::int64_t> sums, const double* factor, const double* offset,
             float* output) const {
    const ConvGeometry& g = layer_.geometry;
    const std::int64_t pixels = g.out_size() / g.out_channels;
    parallel_for(0, std::ssize(sums) / pixels, 1 + (1 << 14) / pixels,
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t plane = begin; plane < end; ++plane) {
                     const double by = factor[plane % g.out_channels];
                     const double added = offset[plane % g.out_channels];
                     for (std::int64_t i = plane * pixels; i < (plane + 1) * pixels; ++i) {
                       const double sum = static_cast<double>(sums[static_cast<std::size_t>(i)]);
                       output[i] = static_cast<float>(sum * by + added);
                     }
                   }
                 });
  }

  std::vector<std::int32_t> integers_of(std::span<const float> values, float step) const {
    std::vector<std::int32_t> integers(values.size());
    const auto zero = static_cast<std::int32_t>(input_.zero_point);
    const auto least = static_cast<float>(input_.minimum() - input_.zero_point);
    const auto most = static_cast<float>(input_.maximum() - input_.zero_point);
    parallel_for(0, std::ssize(values), 1 << 14, [&](std::int64_t begin, std::int64_t end) {
      constexpr float kShift = 12582912.0F;  // 1.5 · 2^23: no bits behind the point, as Grid has it
      for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
        const float level = std::min(std::max(least, values[i] / step), most);
        integers[i] = static_cast<std::int32_t>((level + kShift) - kShift) + zero;
      }
    });
    return integers;
  }

  CimLayer layer_;
  QuantSpec input_;
  LayerAdc adc_;
  std::unique_ptr<MacBackend> backend_;
};

/// A convolution or linear layer of a network with integer grids, whose weights change between
/// calls.
struct TrainedLayer {
  Node node;
  IntegerLayer layer;
  std::string weight_key;
  QuantSpec weight, input;
  std::optional<ArraySpec> array;  ///< none: it stays digital, or has no ADC in the plan
  std::vector<CodeTable> tables;

  /// `weights`: I32 [out_channels, fan_in], W of the grid without its zero point.
  std::unique_ptr<MappedLayer> map(const py::array& weights) const {
    if (!array) fail_usage("layer {} has no ADC in the plan", layer.name);
    IntegerLayer now = layer;
    now.weights = tensor_of(weights, "weights");
    if (now.weights.dtype() != DType::kI32 || now.weights.shape() != layer.weights.shape())
      fail_usage("layer {}: weights are I32 of shape {}, found {} of shape {}", layer.name,
                 to_string(layer.weights.shape()), name_of(now.weights.dtype()),
                 to_string(now.weights.shape()));
    const auto [least, most] = std::ranges::minmax(now.weights.data<std::int32_t>());
    if (least < weight.minimum() - weight.zero_point || most > weight.maximum() - weight.zero_point)
      fail_usage("layer {}: weights {} … {} lie outside their grid", layer.name, least, most);
    const py::gil_scoped_release release;
    return std::make_unique<MappedLayer>(now, input, *array, tables);
  }
};

std::vector<TrainedLayer> trained_layers(const Study& study, const AdcPlan& plan) {
  const Network& network = study.network();
  // Checks the plan and runs nothing, so nothing has to be packed for the fast engine.
  const Executor executor(network, MacMode::kAnalog, study.config().array, Engine::kReference);
  executor.prepare(plan);
  std::vector<TrainedLayer> layers;
  for (const IntegerLayer& integer : integer_layers(network)) {
    const Node& node = network.node(integer.name);
    const std::string& key = node.parameters.at("weight");
    TrainedLayer layer{
        node,         integer, key, network.quant.at(key), network.quant.at(node.inputs[0]),
        std::nullopt, {}};
    if (const auto planned = plan.layers.find(integer.name); planned != plan.layers.end()) {
      layer.array = study.config().array.of(integer.name);
      layer.tables = make_stream_tables(planned->second.spec, planned->second.sums);
    }
    layers.push_back(std::move(layer));
  }
  return layers;
}

py::dict geometry_of(const TrainedLayer& layer) {
  using namespace py::literals;
  const ConvGeometry& g = layer.layer.geometry;
  return py::dict(
      "stride"_a = py::make_tuple(g.stride.height, g.stride.width),
      "padding"_a =
          py::make_tuple(g.padding.top, g.padding.left, g.padding.bottom, g.padding.right),
      "dilation"_a = py::make_tuple(g.dilation.height, g.dilation.width), "groups"_a = g.groups,
      "input"_a = py::make_tuple(g.in_channels, g.in_height, g.in_width),
      "output"_a = py::make_tuple(g.out_channels, g.out_height(), g.out_width()));
}

}  // namespace

void bind_runtime(py::module_& module) {
  py::class_<MappedLayer>(module, "MappedLayer")
      .def_property_readonly("unit", &MappedLayer::unit)
      .def("outputs", &MappedLayer::outputs, py::arg("values").noconvert(), py::arg("step"),
           py::arg("factor").noconvert(), py::arg("offset").noconvert(),
           py::arg("output").noconvert())
      .def("parts", &MappedLayer::parts)
      // Nothing of it changes: copies of a module may share it.
      .def("__deepcopy__", [](const py::object& self, const py::dict&) { return self; });
  py::class_<TrainedLayer>(module, "TrainedLayer")
      .def_property_readonly("name", [](const TrainedLayer& layer) { return layer.layer.name; })
      .def_property_readonly("is_linear",
                             [](const TrainedLayer& layer) { return layer.layer.is_linear; })
      .def_property_readonly("on_array",
                             [](const TrainedLayer& layer) { return layer.array.has_value(); })
      .def_property_readonly("geometry", &geometry_of)
      .def_property_readonly("pad_value",
                             [](const TrainedLayer& layer) { return layer.layer.pad_value; })
      .def_readonly("weight_key", &TrainedLayer::weight_key)
      .def_readonly("weight_grid", &TrainedLayer::weight)
      .def_readonly("input_grid", &TrainedLayer::input)
      .def("map", &TrainedLayer::map, py::arg("weights"))
      .def("__deepcopy__", [](const py::object& self, const py::dict&) { return self; });
  module.def("trained_layers", &trained_layers, py::arg("study"), py::arg("plan"));
}

}  // namespace bitline::python
