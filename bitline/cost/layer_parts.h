// What layer_cost() puts together. Internal to this folder.
#pragma once

#include "bitline/cost/layer_cost.h"
#include "bitline/mapping/layout.h"

namespace bitline {

inline constexpr double kBitsPerByte = 8;

/// Of the weights' columns, and of the reference columns, whose ADCs tell all sums apart.
struct LayerAdcs {
  AdcCost columns, references;
};

inline double dummy_columns(const CostOptions& options) { return options.dummy_column ? 1 : 0; }

/// µm²; equation (24).
Breakdown area_of(const CimLayer& layer, const LayerLayout& layout, const LayerAdcs& adc,
                  const CostOptions& options);

/// pJ per image; equation (25).
Breakdown energy_of(const CimLayer& layer, const LayerLayout& layout, const LayerAdcs& adc,
                    const CostOptions& options);

}  // namespace bitline
