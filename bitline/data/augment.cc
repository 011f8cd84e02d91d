#include "bitline/data/augment.h"

#include "bitline/base/fail.h"

namespace bitline {

template <typename Pixel>
void augment(std::span<const Pixel> image, const ImageShape& shape, Random& random,
             std::span<Pixel> out) {
  BITLINE_CHECK_EQ(static_cast<std::int64_t>(image.size()), shape.size());
  BITLINE_CHECK_EQ(image.size(), out.size());
  constexpr std::int64_t kPad = 4;
  const auto shift_down = static_cast<std::int64_t>(random.below(2 * kPad + 1)) - kPad;
  const auto shift_right = static_cast<std::int64_t>(random.below(2 * kPad + 1)) - kPad;
  const bool mirror = random.below(2) == 1;
  std::size_t next = 0;
  for (std::int64_t c = 0; c < shape.channels; ++c)
    for (std::int64_t y = 0; y < shape.height; ++y)
      for (std::int64_t x = 0; x < shape.width; ++x) {
        const std::int64_t from_y = y - shift_down;
        const std::int64_t from_x = (mirror ? shape.width - 1 - x : x) - shift_right;
        const bool inside =
            from_y >= 0 && from_y < shape.height && from_x >= 0 && from_x < shape.width;
        const std::int64_t from = (c * shape.height + from_y) * shape.width + from_x;
        out[next++] = inside ? image[static_cast<std::size_t>(from)] : Pixel{0};
      }
}

template void augment(std::span<const std::uint8_t>, const ImageShape&, Random&,
                      std::span<std::uint8_t>);
template void augment(std::span<const float>, const ImageShape&, Random&, std::span<float>);

}  // namespace bitline
