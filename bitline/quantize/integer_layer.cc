#include "bitline/quantize/integer_layer.h"

#include <algorithm>

#include "bitline/base/fail.h"
#include "bitline/quantize/grid.h"

namespace bitline {
namespace {

constexpr std::string_view kRemedy =
    "train it on grids, or give it some with `bitline quantize`; one that a run made goes with "
    "--run";

/// Bits of the signed grid that holds A − z. For an odd grid its own.
int signed_bits(const QuantSpec& spec) {
  if (spec.odd) return spec.bits;
  const std::int64_t half = std::int64_t{1} << (spec.bits - 1);
  const bool fits =
      spec.minimum() - spec.zero_point >= -half && spec.maximum() - spec.zero_point < half;
  return fits ? spec.bits : spec.bits + 1;
}

void set_weights(IntegerLayer& layer, const Tensor& weight, const QuantSpec& spec) {
  if (spec.axis > 0)
    fail("its weight has scales along axis {}; only one per output channel (axis 0) can be mapped",
         spec.axis);
  const std::int64_t rows = layer.geometry.fan_in();
  layer.weights = Tensor(DType::kI32, {layer.geometry.out_channels, rows});
  layer.weight_bits = signed_bits(spec);
  layer.weight_odd = spec.odd;
  const auto scales = spec.scale.data<float>();
  layer.weight_scale.assign(scales.begin(), scales.end());
  const auto real = weight.data<float>();
  const auto integers = layer.weights.data<std::int32_t>();
  for (std::size_t i = 0; i < real.size(); ++i) {
    const std::size_t channel = spec.axis < 0 ? 0 : i / static_cast<std::size_t>(rows);
    const float level = Grid(spec, scales[channel]).to_level(real[i]);
    integers[i] = static_cast<std::int32_t>(level);
  }
}

void set_input(IntegerLayer& layer, const QuantSpec& spec) {
  if (spec.odd && layer.geometry.padding.any())
    fail(
        "it pads with 0, and its input is on a grid without 0; pad the values with one that is on "
        "the grid, before they are put on it, and leave the padding out");
  if (spec.axis >= 0) fail("its input has one scale per channel; only one per layer can be mapped");
  layer.input_bits = spec.bits;
  layer.input_signed = spec.is_signed;
  layer.input_narrow = spec.narrow;
  layer.input_odd = spec.odd;
  layer.input_scale = spec.scale.data<float>()[0];
  layer.input_zero_point = spec.zero_point;
  layer.pad_value = spec.odd ? 1 : spec.zero_point;  // without 0 nothing is padded
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

bool has_integer_grid(const Network& network, const Node& node) {
  return is_layer(node) && network.quant.contains(node.parameters.at("weight")) &&
         network.quant.contains(node.inputs[0]);
}

bool has_integer_layer(const Network& network) {
  return std::ranges::any_of(
      network.nodes, [&network](const Node& node) { return has_integer_grid(network, node); });
}

std::vector<IntegerLayer> integer_layers(const Network& network) {
  const std::map<std::string, Shape> shapes = infer_shapes(network);
  std::vector<IntegerLayer> layers;
  for (const Node& node : network.nodes) {
    if (!has_integer_grid(network, node)) continue;
    with_context(fmt::format("layer {}", node.name), [&] {
      const Tensor& weight = network.parameter(node, "weight");
      IntegerLayer layer;
      layer.name = node.name;
      layer.is_linear = std::holds_alternative<Linear>(node.op);
      const Shape& in = shapes.at(node.inputs[0]);
      layer.geometry = geometry_of(node, in, weight);
      if (layer.is_linear) layer.vectors = element_count(in) / in.back();
      set_weights(layer, weight, network.quant.at(node.parameters.at("weight")));
      set_input(layer, network.quant.at(node.inputs[0]));
      layers.push_back(std::move(layer));
    });
  }
  if (layers.empty()) fail("no layer of network '{}' has integer grids; {}", network.name, kRemedy);
  return layers;
}

}  // namespace bitline
