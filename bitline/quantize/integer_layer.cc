#include "bitline/quantize/integer_layer.h"

#include "bitline/quantize/grid.h"

namespace bitline {
namespace {

const QuantSpec& spec_of(const Network& network, const std::string& name, std::string_view what) {
  const auto found = network.quant.find(name);
  if (found == network.quant.end())
    fail("its {} '{}' has no quantizer; train the network with [quantize] first", what, name);
  return found->second;
}

void set_weights(IntegerLayer& layer, const Tensor& weight, const QuantSpec& spec) {
  if (spec.axis > 0)
    fail("its weight has scales along axis {}; only one per output channel (axis 0) can be mapped",
         spec.axis);
  const std::int64_t rows = layer.geometry.fan_in();
  layer.weights = Tensor(DType::kI32, {layer.geometry.out_channels, rows});
  layer.weight_bits = spec.bits;
  layer.weight_odd = spec.odd;
  const auto scales = spec.scale.data<float>();
  layer.weight_scale.assign(scales.begin(), scales.end());
  const auto real = weight.data<float>();
  const auto integers = layer.weights.data<std::int32_t>();
  for (std::size_t i = 0; i < real.size(); ++i) {
    const std::size_t channel = spec.axis < 0 ? 0 : i / static_cast<std::size_t>(rows);
    integers[i] = Grid(spec, scales[channel]).to_integer(real[i]);
  }
}

void set_input(IntegerLayer& layer, const QuantSpec& spec) {
  if (spec.axis >= 0) fail("its input has one scale per channel; only one per layer can be mapped");
  layer.input_bits = spec.bits;
  layer.input_signed = spec.is_signed;
  layer.input_narrow = spec.narrow;
  layer.input_odd = spec.odd;
  layer.input_scale = spec.scale.data<float>()[0];
  layer.input_zero_point = spec.zero_point;
  layer.pad_value = spec.odd ? 1 : spec.zero_point;  // ±1 has no zero: padding with the real value +scale
}

}  // namespace

ConvGeometry geometry_of(const Node& node, const Shape& in, const Tensor& weight) {
  ConvGeometry geometry;
  geometry.in_channels = std::holds_alternative<Linear>(node.op) ? in.back() : in[0];
  geometry.out_channels = weight.dim(0);
  if (const auto* conv = std::get_if<Conv>(&node.op)) {
    geometry.in_height = in[1];
    geometry.in_width = in[2];
    geometry.kernel_height = weight.dim(2);
    geometry.kernel_width = weight.dim(3);
    geometry.stride = conv->stride;
    geometry.padding = conv->padding;
    geometry.dilation = conv->dilation;
    geometry.groups = conv->groups;
  }
  return geometry;
}

std::vector<IntegerLayer> integer_layers(const Network& network) {
  const std::map<std::string, Shape> shapes = validate(network);
  std::vector<IntegerLayer> layers;
  for (const Node& node : network.nodes) {
    if (!std::holds_alternative<Conv>(node.op) && !std::holds_alternative<Linear>(node.op))
      continue;
    with_context(fmt::format("layer {}", node.name), [&] {
      const Tensor& weight = network.parameter(node, "weight");
      IntegerLayer layer;
      layer.name = node.name;
      layer.is_linear = std::holds_alternative<Linear>(node.op);
      const Shape& in = shapes.at(node.inputs[0]);
      layer.geometry = geometry_of(node, in, weight);
      if (layer.is_linear) layer.vectors = element_count(in) / in.back();
      set_weights(layer, weight, spec_of(network, node.parameters.at("weight"), "weight"));
      set_input(layer, spec_of(network, node.inputs[0], "input"));
      layers.push_back(std::move(layer));
    });
  }
  return layers;
}

}  // namespace bitline
