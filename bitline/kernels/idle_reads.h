// Reads of an array that drive no word line: their sums are known, and an array with zero detection
// converts none of them.
#pragma once

#include <cstdint>
#include <span>

#include "bitline/mapping/cim_layer.h"

namespace bitline {

/// One read for each image, output position, group, tile and input stream.
struct ReadCount {
  std::int64_t reads = 0;
  std::int64_t idle = 0;  ///< of them, those whose input digits are all 0

  /// 0 to 1.
  double idle_share() const {
    return reads == 0 ? 0 : static_cast<double>(idle) / static_cast<double>(reads);
  }
};

/// activations: integers [images, in_channels, in_height, in_width]. Throws Error when there are
/// fewer or more.
ReadCount count_reads(const CimLayer& layer, std::int64_t images,
                      std::span<const std::int32_t> activations);

}  // namespace bitline
