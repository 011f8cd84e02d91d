// An ADC from the two ends of its range, for methods that look for these.
#pragma once

#include "bitline/search/statistic_ranges.h"

namespace bitline {

struct RangeEnds {
  Rational low = 0, high = 0;
};

/// `spec` with the middle of the ends as its centre and half of their distance, at least ½ and at
/// most the largest possible |p| of the layer, as δ.
AdcSpec between_ends(AdcSpec spec, const RangeEnds& ends, const SearchLayer& layer);

}  // namespace bitline
