// PNG and JPEG files to pixels.
#pragma once

#include <cstddef>
#include <span>

#include "bitline/data/rgb_image.h"

namespace bitline {

/// Decodes a PNG or JPEG file; its first bytes say which it is. Grey becomes red = green = blue,
/// palettes are looked up, an alpha channel is dropped, 16 bits become 8, and a PNG with a gamma of
/// its own is brought to that of sRGB. JPEG is decoded with the accurate integer transform; CMYK is
/// taken as stored inverted, as Adobe's programs do, and each colour multiplied with black. Throws
/// Error for other formats, damage, a truncated file, and more than 2^27 pixels (before memory is
/// taken).
RgbImage decode_image(std::span<const std::byte> bytes);

}  // namespace bitline
