// What a whole network costs under a plan.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "bitline/adc/adc_plan.h"
#include "bitline/cost/layer_cost.h"

namespace bitline {

struct NetworkCost {
  struct Layer {
    std::string name;
    LayerCost cost;
  };
  std::vector<Layer> layers;  ///< on the array, front to back
  Breakdown area;             ///< µm², where each layer has ADCs of its own levels
  /// µm², where the chip has one ADC design for the weights' columns: the one with the most levels.
  Breakdown area_one_design;
  Breakdown energy;         ///< pJ per image; each layer uses only its own levels
  double time = 0;          ///< ns from an image to its answer: the layers one after the other
  double slowest_time = 0;  ///< ns from image to image, where layers work on different images
  double operations = 0;    ///< two per multiply-accumulate, per image
  double one_bit_operations = 0;

  /// Operations per pJ, which is 10^12 per second and watt.
  double tops_per_watt() const { return operations / energy.total(); }
  double one_bit_tops_per_watt() const { return one_bit_operations / energy.total(); }
  /// 10^12 operations per second and mm², in the pipeline, one ADC design on the chip.
  double tops_per_mm2() const { return per_mm2(operations); }
  double one_bit_tops_per_mm2() const { return per_mm2(one_bit_operations); }

 private:
  /// ops / ns = 10^9 ops / s, and 1 / µm² = 10^6 / mm².
  double per_mm2(double count) const {
    return 1e3 * count / slowest_time / area_one_design.total();
  }
};

/// Levels of each layer's ADCs.
using LevelsOf = std::function<std::int64_t(const CimLayer& layer)>;

/// Those of a plan; a layer that it does not name, or that loses nothing there, has one level for
/// each possible sum.
LevelsOf levels_of(const AdcPlan& plan);

/// Throws Error with the layer's name where adc_cost() throws.
NetworkCost network_cost(std::span<const CimLayer* const> layers, const LevelsOf& levels_of,
                         const CostOptions& options);

}  // namespace bitline
