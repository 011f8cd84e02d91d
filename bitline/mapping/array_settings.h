// The array that an ADC plan was found on, told apart from others on which it would give other
// answers.
#pragma once

#include <map>
#include <string>

#include "bitline/mapping/array_spec.h"

namespace bitline {

/// By key of `[array]`, as the configuration spells it.
using ArraySettings = std::map<std::string, std::string>;

/// Every setting that decides which partial sums a network has; active_rows is N.
ArraySettings sum_settings(const ArraySpec& array);

/// Throws Error (kUsage) that names the setting in which `array` differs from the one that a plan
/// was found on. Nothing is known of that one where `found_on` is empty.
void check_found_on(const ArraySettings& found_on, const ArraySpec& array);

}  // namespace bitline
