#include "bitline/data/augment.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace bitline {
namespace {

constexpr ImageShape kShape{2, 9, 9};

// Every pixel has a value of its own above 0: 1 ... 162.
std::vector<std::uint8_t> distinct_pixels() {
  std::vector<std::uint8_t> image;
  for (int i = 0; i < kShape.size(); ++i) image.push_back(static_cast<std::uint8_t>(i + 1));
  return image;
}

// The definition word by word: pad with zeros, cut a window at (top, left), mirror the window.
std::vector<std::uint8_t> pad_crop_mirror(const std::vector<std::uint8_t>& image, std::int64_t top,
                                          std::int64_t left, bool mirror) {
  const std::int64_t height = kShape.height + 8;
  const std::int64_t width = kShape.width + 8;
  std::vector<std::uint8_t> padded(static_cast<std::size_t>(2 * height * width), 0);
  for (std::int64_t c = 0; c < 2; ++c)
    for (std::int64_t y = 0; y < kShape.height; ++y)
      for (std::int64_t x = 0; x < kShape.width; ++x)
        padded.at(static_cast<std::size_t>((c * height + y + 4) * width + x + 4)) =
            image.at(static_cast<std::size_t>((c * kShape.height + y) * kShape.width + x));
  std::vector<std::uint8_t> window;
  for (std::int64_t c = 0; c < 2; ++c)
    for (std::int64_t y = 0; y < kShape.height; ++y)
      for (std::int64_t x = 0; x < kShape.width; ++x) {
        const std::int64_t column = mirror ? kShape.width - 1 - x : x;
        window.push_back(
            padded.at(static_cast<std::size_t>((c * height + top + y) * width + left + column)));
      }
  return window;
}

std::string as_key(const std::vector<std::uint8_t>& image) {
  return std::string(image.begin(), image.end());
}

TEST(Augment, GivesEachOfThe162PadCropMirrorImagesAndNoOther) {
  const std::vector<std::uint8_t> image = distinct_pixels();
  std::set<std::string> allowed;
  for (std::int64_t top = 0; top <= 8; ++top)
    for (std::int64_t left = 0; left <= 8; ++left)
      for (const bool mirror : {false, true})
        allowed.insert(as_key(pad_crop_mirror(image, top, left, mirror)));
  ASSERT_EQ(allowed.size(), 162U);
  std::set<std::string> seen;
  // 162 kinds: one is missed by 3,000 even draws with probability 162 (161/162)^3000 = 1e-6.
  Random random(1);
  for (int i = 0; i < 3000; ++i) {
    std::vector<std::uint8_t> out(image.size());
    augment<std::uint8_t>(image, kShape, random, out);
    seen.insert(as_key(out));
  }
  EXPECT_EQ(seen, allowed);
}

TEST(Augment, DependsOnTheGeneratorAlone) {
  const std::vector<std::uint8_t> image = distinct_pixels();
  Random a(5);
  Random b(5);
  for (int i = 0; i < 20; ++i) {
    std::vector<std::uint8_t> from_a(image.size(), 7);
    std::vector<std::uint8_t> from_b(image.size(), 8);
    augment<std::uint8_t>(image, kShape, a, from_a);
    augment<std::uint8_t>(image, kShape, b, from_b);
    EXPECT_EQ(from_a, from_b);
  }
}

TEST(Augment, MovesRealPixelsAsItMovesBytes) {
  const std::vector<std::uint8_t> bytes = distinct_pixels();
  const std::vector<float> reals(bytes.begin(), bytes.end());
  Random for_bytes(3);
  Random for_reals(3);
  std::vector<std::uint8_t> moved_bytes(bytes.size());
  std::vector<float> moved_reals(reals.size());
  augment<std::uint8_t>(bytes, kShape, for_bytes, moved_bytes);
  augment<float>(reals, kShape, for_reals, moved_reals);
  EXPECT_EQ(moved_reals, (std::vector<float>(moved_bytes.begin(), moved_bytes.end())));
}

TEST(Augment, DrawsDownRightAndFlipInThisOrder) {
  const std::vector<std::uint8_t> image = distinct_pixels();
  Random random(9);
  Random twin(9);
  for (int i = 0; i < 50; ++i) {
    std::vector<std::uint8_t> out(image.size());
    augment<std::uint8_t>(image, kShape, random, out);
    // A shift of -4 ... 4 down is a window that begins at row 8 ... 0 of the padded image.
    const auto top = 8 - static_cast<std::int64_t>(twin.below(9));
    const auto left = 8 - static_cast<std::int64_t>(twin.below(9));
    const bool mirror = twin.below(2) == 1;
    EXPECT_EQ(out, pad_crop_mirror(image, top, left, mirror));
  }
}

}  // namespace
}  // namespace bitline
