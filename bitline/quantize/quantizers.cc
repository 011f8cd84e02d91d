#include "bitline/quantize/quantizers.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "bitline/base/fail.h"
#include "bitline/graph/kept_values.h"
#include "bitline/graph/value_signs.h"

namespace bitline {
namespace {

void require_bits(std::string_view field, int bits) {
  if (bits < 1 || bits > 8) fail_usage("{} = {} is out of range; choose 1 to 8", field, bits);
}

QuantSpec weight_spec(const Tensor& weight, int bits, const QuantizeOptions& options) {
  QuantSpec spec;
  spec.bits = bits;
  spec.is_signed = true;
  spec.odd = options.odd_weights;
  spec.narrow = !spec.odd;
  const bool by_channel = options.weight_scale == ScaleGranularity::kChannel;
  spec.axis = by_channel ? 0 : -1;
  const std::int64_t scales = by_channel ? weight.dim(0) : 1;
  spec.scale = Tensor(DType::kF32, {scales});
  const auto part = static_cast<std::size_t>(weight.size() / scales);
  for (std::size_t i = 0; i < static_cast<std::size_t>(scales); ++i)
    spec.scale.data<float>()[i] =
        initial_scale(options.quantizer, weight.data<float>().subspan(i * part, part), spec, true);
  return spec;
}

float percentile_magnitude(std::span<const float> values, double share) {
  std::vector<float> magnitudes(values.size());
  std::ranges::transform(values, magnitudes.begin(), [](float v) { return std::abs(v); });
  const auto rank = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(magnitudes.begin(), magnitudes.begin() + rank, magnitudes.end());
  return magnitudes[static_cast<std::size_t>(rank)];
}

/// A layer's input, and the nodes in front of it whose grid it carries: a coarser one that stayed
/// there would go before the new one.
std::vector<std::string> grid_places(const Network& network, const std::string& input) {
  std::vector<std::string> places{input};
  for (auto node = network.nodes.rbegin(); node != network.nodes.rend(); ++node)
    if (node->name == places.back() && keeps_values(node->op) &&
        network.quant.contains(node->inputs[0]))
      places.push_back(node->inputs[0]);
  return places;
}

}  // namespace

void validate(const QuantizeOptions& options) {
  require_bits("weight_bits", options.weight_bits);
  require_bits("activation_bits", options.activation_bits);
  require_bits("edge_bits", options.edge_bits);
  if (options.odd_weights) return;
  for (const auto& [field, bits] :
       {std::pair("weight_bits", options.weight_bits), std::pair("edge_bits", options.edge_bits)})
    if (bits == 1) fail_usage("{} = 1 needs the odd grid -1, +1; set weight_grid = \"odd\"", field);
}

float initial_scale(TrainingQuantizer quantizer, std::span<const float> values,
                    const QuantSpec& spec, bool is_weight) {
  const auto largest = static_cast<double>(spec.maximum());
  double scale = 0;
  if (quantizer == TrainingQuantizer::kLsq) {
    double total = 0;
    for (const float value : values) total += std::abs(static_cast<double>(value));
    scale = 2 * total / static_cast<double>(values.size()) / std::sqrt(largest);
  } else {
    scale = percentile_magnitude(values, is_weight ? 1.0 : 0.999) / largest;
  }
  const auto step = static_cast<float>(scale);
  return std::isfinite(1 / step) ? step : 1.0F;  // values that are 0, or as good as
}

void attach_quantizers(Network& network, const QuantizeOptions& options) {
  validate(options);
  std::vector<const Node*> layers;
  for (const Node& node : network.nodes)
    if (is_layer(node)) layers.push_back(&node);
  const std::set<std::string> non_negative = non_negative_values(network);
  std::set<std::string> attached;  // values that have their new grid
  for (const Node* layer : layers) {
    const bool is_edge = layer == layers.front() || layer == layers.back();
    network.quant[layer->parameters.at("weight")] =
        weight_spec(network.parameter(*layer, "weight"),
                    is_edge ? options.edge_bits : options.weight_bits, options);
    QuantSpec value;
    value.bits = is_edge ? options.edge_bits : options.activation_bits;
    value.is_signed = !non_negative.contains(layer->inputs[0]);
    value.narrow = value.is_signed;
    if (value.is_signed && value.bits == 1)
      fail_usage(
          "layer {}: 1 bit for an input that can be negative holds no number but 0; set {} to 2 or "
          "more",
          layer->name, is_edge ? "edge_bits" : "activation_bits");
    value.scale = Tensor(DType::kF32, {1});
    // Where several layers read it, the finest grid that one of them asks for.
    for (const std::string& name : grid_places(network, layer->inputs[0])) {
      const bool is_first = attached.insert(name).second;
      if (is_first || network.quant.at(name).bits < value.bits) network.quant[name] = value;
    }
  }
}

}  // namespace bitline
