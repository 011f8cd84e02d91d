#include "bitline/evaluate/sum_statistics.h"

#include "bitline/mapping/column_sums.h"

namespace bitline {
namespace {

/// Σ_o S_io S_ko by planes i and k, S_io being Σ_t s of (6). What is subtracted digitally from its
/// like cancels.
std::vector<std::vector<std::int64_t>> sign_products(const CimLayer& layer) {
  const std::int64_t planes = layer.planes.count();
  const auto signs = [&layer](std::int64_t plane, std::int64_t channel) {
    std::int64_t sum = 0;
    for (std::int64_t tile = 0; tile < std::ssize(layer.tiles); ++tile)
      sum += layer.planes.sign(plane, channel, tile);
    return layer.subtract_digitally ? 0 : sum;
  };
  std::vector<std::vector<std::int64_t>> products(
      static_cast<std::size_t>(planes),
      std::vector<std::int64_t>(static_cast<std::size_t>(planes)));
  for (std::int64_t i = 0; i < planes; ++i)
    for (std::int64_t k = 0; k < planes; ++k)
      for (std::int64_t channel = 0; channel < layer.geometry.out_channels; ++channel)
        products[static_cast<std::size_t>(i)][static_cast<std::size_t>(k)] +=
            signs(i, channel) * signs(k, channel);
  return products;
}

}  // namespace

LayerStatistics statistics_of(const CimLayer& layer, const LayerHistogram& seen) {
  const SumRange bound = column_sums(layer);
  LayerStatistics statistics;
  statistics.layer = {layer.name, layer.sums};
  for (std::int64_t i = 0; i < seen.planes(); ++i)
    for (std::int64_t j = 0; j < seen.streams(); ++j)
      statistics.output.parts.push_back({layer.planes.weights[static_cast<std::size_t>(i)] *
                                             layer.streams.weights[static_cast<std::size_t>(j)],
                                         seen.of(i, j, 0), static_cast<std::size_t>(i)});
  statistics.output.conversions = std::ssize(layer.tiles) * (layer.subtract_digitally ? 2 : 1);
  statistics.output.outputs = layer.geometry.out_channels;
  statistics.output.sign_products = sign_products(layer);
  statistics.sums = seen.total();
  statistics.column_low = bound.minimum;
  statistics.column_high = bound.maximum;
  return statistics;
}

}  // namespace bitline
