// What a network answers, or what one of its nodes holds, as an array that others can compare with.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "bitline/adc/adc_plan.h"
#include "bitline/data/dataset.h"
#include "bitline/options/run_config.h"
#include "bitline/runtime/mac_mode.h"

namespace bitline {

/// The value of `node` for every image, [n, …]: I32 integers where it is on a grid, else F32.
/// Layers are computed where they are in the whole network, under the same ADCs. Throws Error for a
/// node that the network does not have, and what evaluate() throws.
Tensor node_values(const Network& network, MacMode mode, const AdcPlan& plan,
                   const Dataset& dataset, const RunConfig& config, std::string_view node,
                   const Job& job);

/// How two arrays of one shape differ.
struct ArrayDifference {
  double largest = 0;         ///< |ours − theirs|
  std::int64_t image = 0;     ///< where that is, the first of equals
  std::int64_t position = 0;  ///< within the image's values
  std::int64_t values = 0;    ///< how many differ at all
  /// Images whose largest number stands at another place: answers that differ. Of arrays [n,
  /// classes] alone.
  std::optional<std::vector<std::int64_t>> answers;
};

/// Throws Error (kUsage) that names both shapes where they differ; a NaN in one of them is a
/// difference without bound.
ArrayDifference difference_of(const Tensor& ours, const Tensor& theirs);

}  // namespace bitline
