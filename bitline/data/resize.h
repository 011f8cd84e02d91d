// From pictures of any size to the one size that a network takes.
#pragma once

#include <cstdint>
#include <span>

#include "bitline/data/rgb_image.h"

namespace bitline {

/// What is done to a picture, in pixels; 1 <= crop <= resize <= 16384.
struct ImageGeometry {
  std::int64_t resize = 256;  ///< its shorter side; the longer one keeps the ratio, rounded down
  std::int64_t crop = 224;    ///< side of the square that is cut out of the middle
};

/// Resizes and crops; `out` takes [3, crop, crop], channel after channel.
///
/// Bilinear with antialiasing, first along the rows, then along the columns, rounded to 8 bits
/// (halves up) after each. With n pixels in and m out, M the larger of the two, output i is the
/// mean of all pixels x, weighted by w = max(0, 2M - |(2x + 1) m - (2i + 1) n|): a triangle around
/// the output's centre, as wide as one output where the picture shrinks and as one input where it
/// grows. Integers only, so the result is the same everywhere. The square begins at half of what is
/// cut off, rounded to even. Throws Error for a picture more than 64 times longer than wide.
void resize_and_crop(const RgbImage& image, const ImageGeometry& geometry,
                     std::span<std::uint8_t> out);

}  // namespace bitline
