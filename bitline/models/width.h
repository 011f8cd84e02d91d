// The width multiplier of the built-in networks.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace bitline {

/// Channels of a layer that has `channels` at width 1.
inline std::int64_t scaled_width(std::int64_t channels, double width) {
  return std::max<std::int64_t>(1, std::llround(static_cast<double>(channels) * width));
}

}  // namespace bitline
