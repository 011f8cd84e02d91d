// The array that an ADC plan was found on, told apart from others on which it would give other
// answers.
#pragma once

#include <map>
#include <string>

#include "bitline/mapping/network_arrays.h"

namespace bitline {

/// By key of `[array]`, as the configuration spells it.
using ArraySettings = std::map<std::string, std::string>;

/// Every setting that decides which partial sums a network has; active_rows is N.
ArraySettings sum_settings(const ArraySpec& array);

/// Those in which the layer's array differs from that of all layers.
ArraySettings own_sum_settings(const NetworkArrays& arrays, const std::string& layer);

/// Throws Error (kUsage) that names the setting in which the layer's array differs from the one
/// that its ADC was found on: `found_on` for all layers, with `of_layer` in place of what it says
/// of the same keys. Nothing is known of a key in neither.
void check_found_on(const ArraySettings& found_on, const ArraySettings& of_layer,
                    const NetworkArrays& arrays, const std::string& layer);

}  // namespace bitline
