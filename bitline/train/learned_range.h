// The range of an ADC that is learned: from a real number to an exact δ, and its gradient.
#pragma once

#include <vector>

#include "bitline/adc/adc_plan.h"

namespace bitline {

/// Whether the range of an ADC can be learned: any around 0.
bool has_learnable_range(const AdcSpec& spec);

/// `adc` over the multiple of 1/16 LSB that lies nearest to `delta` (upwards in the middle), inside
/// what its layer allows: its ADCs' values stay exact. Throws Error for a δ that is no number.
PlannedAdc with_learned_delta(PlannedAdc adc, double delta);

/// Two tables for every one of `tables` whose difference reads a sum that the table does not clip
/// as itself and every other one as 0; neither ever falls.
struct UnclippedTables {
  std::vector<CodeTable> clamped;  ///< p, or the nearest sum that is not clipped
  std::vector<CodeTable> beyond;   ///< 0, or for sums that are clipped that nearest one
};
UnclippedTables unclipped_tables(const std::vector<CodeTable>& tables);

}  // namespace bitline
