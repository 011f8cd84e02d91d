// The share of the conversions whose sum lies in the ADC's range; equation (18).
#include <algorithm>
#include <cstdlib>

#include "bitline/adc/clipped_sums.h"
#include "bitline/train/gradient_shares.h"
#include "bitline/train/mapped_layer.h"

namespace bitline {
namespace {

/// From which sum on an indicator is 1: the first in a table's range, or the first above it.
enum class Edge { kFirstInside, kFirstAbove };

std::vector<CodeTable> indicators(const std::vector<CodeTable>& tables, const SumRange& sums,
                                  Edge edge) {
  std::vector<CodeTable> result;
  for (const CodeTable& table : tables) {
    const auto [first, last] = unclipped_sums(table);
    const std::int64_t threshold = edge == Edge::kFirstInside ? first : last + 1;
    result.push_back({sums.minimum, sums.maximum, {threshold}, {0, 1}});
  }
  return result;
}

std::int64_t sum_of(const std::vector<std::int64_t>& weights) {
  std::int64_t sum = 0;
  for (const std::int64_t weight : weights) sum += weight;
  return sum;
}

/// Both halves of pairs that are converted one by one, as layers of their own.
std::vector<CimLayer> converted_columns(const CimLayer& layer) {
  if (!layer.subtract_digitally) return {layer};
  std::vector<CimLayer> halves(2, layer);
  for (const int sign : {1, -1}) {
    CimLayer& half = halves[sign > 0 ? 0 : 1];
    half.subtract_digitally = false;
    half.planes.digits = layer.planes.digits.clone();
    for (std::int8_t& digit : half.planes.digits.data<std::int8_t>())
      digit = static_cast<std::int8_t>(std::max(sign * digit, 0));
  }
  return halves;
}

/// Σ |c_i g_j| [p in range] / Σ |c_i g_j| over the conversions of a layer with a single tile.
at::Tensor share_of(const CimLayer& tile, const AnalogPass& pass, const at::Tensor& activations) {
  const std::vector<CimLayer> layers = converted_columns(tile);
  at::Tensor inside;
  for (const CimLayer& layer : layers) {
    const MappedLayer mapped(layer, pass.engine, activations.device());
    const auto from = [&](Edge edge) {
      return mapped.accumulate(make_layer_adc(layer, indicators(pass.tables, layer.sums, edge)),
                               activations);
    };
    const at::Tensor own = from(Edge::kFirstInside) - from(Edge::kFirstAbove);
    inside = inside.defined() ? inside + own : own;
  }
  const std::int64_t whole = sum_of(tile.planes.weights) * sum_of(tile.streams.weights);
  return inside.to(at::kFloat) / static_cast<double>(whole * std::ssize(layers));
}

std::vector<TileShare> clipped(const AnalogPass& pass) {
  std::vector<TileShare> shares;
  CimLayer single = pass.layer;
  single.correction = {};
  single.planes.signs = {};  // a conversion weighs the same whether its column is flipped or not
  for (std::int64_t& c_i : single.planes.weights) c_i = std::abs(c_i);
  std::vector<std::int64_t> shape = pass.weight_shape.vec();
  shape[0] = 1;
  const auto shaped = [&pass](const at::Tensor& share) {
    return pass.layer.is_linear ? share.view(pass.value.sizes())
                                : share.contiguous(at::MemoryFormat::ChannelsLast);
  };
  const at::Tensor activations = pass.activations();
  for (const Tile& rows : pass.layer.tiles) {
    single.tiles = {rows};
    at::Tensor mask = at::zeros({pass.layer.geometry.fan_in()});
    mask.index_fill_(0, at::tensor(rows, at::kLong), 1);
    shares.push_back(
        {mask.view(shape).to(activations.device()), shaped(share_of(single, pass, activations))});
  }
  return shares;
}

}  // namespace

namespace gradient_shares {
extern const GradientShares kClipped{.gradient = &gradients::kClipped, .shares = clipped};
}

}  // namespace bitline
