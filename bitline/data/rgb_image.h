// A picture in memory: what the decoders give and the resize takes.
#pragma once

#include <cstdint>
#include <vector>

namespace bitline {

/// 8 bits for each of red, green and blue, pixel after pixel, row after row.
struct RgbImage {
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::vector<std::uint8_t> pixels;  ///< [height, width, 3]
};

}  // namespace bitline
