// All nodes of a network, in their order. Internal to exporter/.
#pragma once

#include <optional>

#include "bitline/adc/adc_plan.h"
#include "bitline/exporter/grid_writer.h"

namespace bitline {

/// Throws Error that names the node when it cannot be written, and for a plan with a layer that the
/// network does not have.
void write_network(OnnxGraph& graph, const Network& network, const GridWriter& grids,
                   const std::optional<AdcPlan>& plan);

}  // namespace bitline
