#include "bitline/search/between_ends.h"

#include <algorithm>

#include "bitline/search/candidates.h"

namespace bitline {

AdcSpec between_ends(AdcSpec spec, const RangeEnds& ends, const SearchLayer& layer) {
  spec.centre = std::clamp((ends.low + ends.high) / Rational(2), Rational(layer.sums.minimum),
                           Rational(layer.sums.maximum));
  spec.delta = std::clamp((ends.high - ends.low) / Rational(2), Rational(1, 2),
                          Rational(largest_sum(layer)));
  return spec;
}

}  // namespace bitline
