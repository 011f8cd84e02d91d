#include "bitline/runtime/layer_runner.h"

#include <algorithm>
#include <utility>

#include "bitline/mapping/map.h"
#include "bitline/quantize/grid.h"
#include "bitline/runtime/pointwise.h"

namespace bitline {
namespace {

/// The weight as the network uses it: on its grid where it has one.
Tensor real_weights(const Network& network, const Node& node) {
  Tensor weight = network.parameter(node, "weight").clone();
  const auto spec = network.quant.find(node.parameters.at("weight"));
  if (spec != network.quant.end()) {
    const auto scales = spec->second.scale.data<float>();
    const auto values = weight.data<float>();
    const std::size_t part = values.size() / scales.size();
    for (std::size_t i = 0; i < values.size(); ++i) {
      const float scale = scales[i / part];
      values[i] = scale * static_cast<float>(Grid(spec->second, scale).to_integer(values[i]));
    }
  }
  return weight;
}

}  // namespace

LayerRunner LayerRunner::real_numbers(const Network& network, const Node& node) {
  const Tensor weights = real_weights(network, node);
  LayerRunner runner;
  runner.is_real_ = true;
  runner.scale_ = {1.0};
  runner.is_linear_ = std::holds_alternative<Linear>(node.op);
  runner.geometry_ = geometry_of(node, validate(network).at(node.inputs[0]), weights);
  runner.dense_.emplace(runner.geometry_, weights);
  return runner;
}

LayerRunner LayerRunner::integers(const IntegerLayer& layer, const ArraySpec* array,
                                  Engine engine) {
  LayerRunner runner;
  runner.geometry_ = layer.geometry;
  runner.is_linear_ = layer.is_linear;
  for (const float scale : layer.weight_scale)
    runner.scale_.push_back(static_cast<double>(scale) * static_cast<double>(layer.input_scale));
  runner.dense_.emplace(layer);
  if (array != nullptr) {
    runner.cim_ = std::make_unique<CimLayer>(map_layer(layer, *array));
    runner.backend_ = make_backend(engine, *runner.cim_);
  }
  return runner;
}

Tensor LayerRunner::run(const Value& input, const LayerAdc* adc, LayerHistogram* histogram) const {
  if (is_real_) return dense_->run(real(input));
  if (adc == nullptr) return dense_->run(input.data);
  Tensor sums(DType::kI64, output_shape(input.images()));
  backend_->accumulate(*adc, input.images(), input.data.data<std::int32_t>(),
                       sums.data<std::int64_t>(), histogram);
  return sums;
}

Tensor LayerRunner::run_each(const Value& input, std::span<const LayerAdc> adcs) const {
  Shape shape = output_shape(input.images());
  shape.insert(shape.begin(), std::ssize(adcs));
  Tensor sums(DType::kI64, shape);
  backend_->accumulate_each(adcs, input.images(), input.data.data<std::int32_t>(),
                            sums.data<std::int64_t>());
  return sums;
}

std::vector<double> LayerRunner::output_scale(const LayerAdc* adc) const {
  std::vector<double> scale = scale_;
  if (adc != nullptr)
    for (double& s : scale) s *= adc->unit.to_double();
  return scale;
}

Shape LayerRunner::output_shape(std::int64_t images) const {
  if (is_linear_) return {images, geometry_.out_channels};
  return {images, geometry_.out_channels, geometry_.out_height(), geometry_.out_width()};
}

}  // namespace bitline
