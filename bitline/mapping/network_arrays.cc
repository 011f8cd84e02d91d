#include "bitline/mapping/network_arrays.h"

#include <algorithm>

namespace bitline {

const ArraySpec& NetworkArrays::of(const std::string& layer) const {
  const auto own = layers.find(layer);
  return own == layers.end() ? common : own->second.array;
}

std::optional<std::int64_t> NetworkArrays::most_adc_levels() const {
  std::int64_t most = common.adc_levels;
  for (const auto& [layer, own] : layers) {
    if (most == 0 || own.array.adc_levels == 0) return std::nullopt;
    most = std::max(most, own.array.adc_levels);
  }
  if (most == 0) return std::nullopt;
  return most;
}

}  // namespace bitline
