#include "bitline/data/resize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/testing/expect_error.h"

namespace bitline {
namespace {

using test::message_of;
using testing::ElementsAre;
using testing::HasSubstr;

/// A grey picture with these values, row after row.
RgbImage grey(std::int64_t height, std::int64_t width, const std::vector<std::uint8_t>& values) {
  RgbImage image{height, width, {}};
  for (const std::uint8_t value : values) image.pixels.insert(image.pixels.end(), 3, value);
  return image;
}

/// The red channel of the result.
std::vector<int> red(const RgbImage& image, const ImageGeometry& geometry) {
  std::vector<std::uint8_t> out(static_cast<std::size_t>(3 * geometry.crop * geometry.crop));
  resize_and_crop(image, geometry, out);
  return {out.begin(), out.begin() + geometry.crop * geometry.crop};
}

TEST(Resize, SameSizeChangesNothing) {
  EXPECT_THAT(red(grey(2, 2, {1, 2, 3, 4}), {2, 2}), ElementsAre(1, 2, 3, 4));
}

TEST(Resize, TheResultIsChannelAfterChannel) {
  std::vector<std::uint8_t> out(3);
  resize_and_crop({1, 1, {7, 8, 9}}, {1, 1}, out);
  EXPECT_THAT(out, ElementsAre(7, 8, 9));
}

TEST(Resize, HalfTheSizeWeighsSixSixTwo) {
  // n = 4, m = 2, M = 4. Output 0: 8 - |2(2x + 1) - 4| = 6, 6, 2, -2; output 1 mirrored. Columns
  // are all alike: (6 * 0 + 6 * 70 + 2 * 140) / 14 = 50, (2 * 70 + 6 * 140 + 6 * 210) / 14 = 160.
  EXPECT_THAT(
      red(grey(4, 4, {0, 70, 140, 210, 0, 70, 140, 210, 0, 70, 140, 210, 0, 70, 140, 210}), {2, 2}),
      ElementsAre(50, 160, 50, 160));
}

TEST(Resize, TwiceTheSizeInterpolatesAtQuarters) {
  // n = 2, m = 4, M = 4. Outputs 1 and 2: 8 - |4 - 6| = 6 and 8 - |12 - 6| = 2, and mirrored.
  EXPECT_THAT(red(grey(2, 2, {0, 100, 0, 100}), {4, 4}),
              ElementsAre(0, 25, 75, 100, 0, 25, 75, 100, 0, 25, 75, 100, 0, 25, 75, 100));
}

TEST(Resize, HalvesAreRoundedUpAfterRowsAndAfterColumns) {
  // rows: (0 + 1) / 2 becomes 1, (0 + 0) / 2 stays 0; then (1 + 0) / 2 becomes 1. The mean of all
  // four, 1/4, would become 0.
  EXPECT_THAT(red(grey(2, 2, {0, 1, 0, 0}), {1, 1}), ElementsAre(1));
}

TEST(Resize, TheShorterSideGivesTheRatio) {
  // 2 x 4 with the shorter side 1 becomes 1 x 2; of its two columns, which are 50 and 160 as
  // above, the first is kept: of 1 that is cut off, 0 lies before it.
  EXPECT_THAT(red(grey(2, 4, {0, 70, 140, 210, 0, 70, 140, 210}), {1, 1}), ElementsAre(50));
  EXPECT_THAT(red(grey(4, 2, {0, 0, 70, 70, 140, 140, 210, 210}), {1, 1}), ElementsAre(50));
}

TEST(Crop, BeginsAtHalfOfWhatIsCutOffRoundedToEven) {
  // 3 x 5, crop 2: of 1 row 1/2 becomes 0, of 3 columns 3/2 becomes 2.
  EXPECT_THAT(red(grey(3, 5, {0, 1, 2, 3, 4, 10, 11, 12, 13, 14, 20, 21, 22, 23, 24}), {3, 2}),
              ElementsAre(2, 3, 12, 13));
  // 4 x 4, crop 2: of 2 comes 1 before.
  EXPECT_THAT(red(grey(4, 4, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}), {4, 2}),
              ElementsAre(5, 6, 9, 10));
}

TEST(Resize, APictureLikeALineIsRefused) {
  std::vector<std::uint8_t> out(3);
  EXPECT_THAT(message_of([&] {
                resize_and_crop(grey(1, 65, std::vector<std::uint8_t>(65)), {1, 1}, out);
              }),
              HasSubstr("65 x 1 pixels is more than 64 times"));
}

}  // namespace
}  // namespace bitline
