// The standard augmentation of CIFAR training: pad by 4, crop at random, flip at random.
#pragma once

#include <cstdint>
#include <span>

#include "bitline/base/random.h"

namespace bitline {

/// Extents of one image.
struct ImageShape {
  std::int64_t channels;
  std::int64_t height;
  std::int64_t width;
  std::int64_t size() const { return channels * height * width; }
};

/// Shifts the image by -4 ... 4 pixels down and right and mirrors it with probability 1/2. Pixels
/// that come from outside are 0 (black, before normalization). Draws the shift down, the shift
/// right and the flip, in this order. `out` must not overlap `image`; both hold shape.size()
/// pixels. Pixel is std::uint8_t or float.
template <typename Pixel>
void augment(std::span<const Pixel> image, const ImageShape& shape, Random& random,
             std::span<Pixel> out);

}  // namespace bitline
