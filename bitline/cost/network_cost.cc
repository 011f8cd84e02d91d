#include "bitline/cost/network_cost.h"

#include <algorithm>

#include "bitline/base/fail.h"

namespace bitline {

LevelsOf levels_of(const AdcPlan& plan) {
  return [&plan](const CimLayer& layer) {
    const auto planned = plan.layers.find(layer.name);
    if (planned == plan.layers.end() || !planned->second.spec.quantizer->uses.levels)
      return layer.sums.count();
    return planned->second.spec.levels;
  };
}

NetworkCost network_cost(std::span<const CimLayer* const> layers, const LevelsOf& levels_of,
                         const CostOptions& options) {
  NetworkCost network;
  std::int64_t most = 2;
  for (const CimLayer* layer : layers) most = std::max(most, levels_of(*layer));
  for (const CimLayer* layer : layers)
    with_context(fmt::format("layer {}", layer->name), [&] {
      const auto cost_with = [&](std::int64_t levels) {
        return layer_cost(*layer, levels, options);
      };
      const LayerCost cost = cost_with(levels_of(*layer));
      network.area += cost.area;
      network.area_one_design += cost_with(most).area;
      network.energy += cost.energy;
      network.time += cost.time;
      network.slowest_time = std::max(network.slowest_time, cost.time);
      network.operations += cost.operations;
      network.one_bit_operations += cost.one_bit_operations;
      network.layers.push_back({layer->name, cost});
    });
  return network;
}

}  // namespace bitline
