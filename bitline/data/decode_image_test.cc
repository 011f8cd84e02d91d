#include "bitline/data/decode_image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/base/random.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/pictures.h"

namespace bitline {
namespace {

using test::as_bytes_of;
using test::jpeg_file;
using test::message_of;
using test::png_file;
using testing::ElementsAre;
using testing::HasSubstr;

std::string refusal_of(const std::vector<std::byte>& bytes) {
  return message_of([&] { decode_image(bytes); });
}

/// Every pixel is `colour`, each channel up to `tolerance` beside it.
void expect_flat(const RgbImage& image, const std::vector<int>& colour, int tolerance) {
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    ASSERT_NEAR(image.pixels.at(i), colour.at(i % 3), tolerance) << "sample " << i;
}

TEST(DecodePng, ReadsRowAfterRow) {
  const RgbImage image = decode_image(png_file({2, 2, 8, 2}, {"abcdef", "ghijkl"}));
  EXPECT_EQ(image.height, 2);
  EXPECT_EQ(image.width, 2);
  EXPECT_EQ(std::string(image.pixels.begin(), image.pixels.end()), "abcdefghijkl");
}

TEST(DecodePng, GreyIsAllThreeColours) {
  EXPECT_THAT(decode_image(png_file({2, 1, 8, 0}, {"ab"})).pixels,
              ElementsAre('a', 'a', 'a', 'b', 'b', 'b'));
  // one bit a pixel: black, white
  EXPECT_THAT(decode_image(png_file({2, 1, 1, 0}, {"\x40"})).pixels,
              ElementsAre(0, 0, 0, 255, 255, 255));
}

TEST(DecodePng, PalettesAreLookedUp) {
  // two bits a pixel: entries 1, 0
  EXPECT_THAT(decode_image(png_file({2, 1, 2, 3}, {"\x40"}, "abcdef")).pixels,
              ElementsAre('d', 'e', 'f', 'a', 'b', 'c'));
}

TEST(DecodePng, AlphaIsDroppedAndChangesNoColour) {
  EXPECT_THAT(decode_image(png_file({1, 1, 8, 6}, {std::string("abc\x01")})).pixels,
              ElementsAre('a', 'b', 'c'));
  EXPECT_THAT(decode_image(png_file({1, 1, 8, 4}, {std::string("a\x80")})).pixels,
              ElementsAre('a', 'a', 'a'));
}

TEST(DecodePng, SixteenBitsBecomeEight) {
  // 0x8080 / 257 = 128, 0xffff / 257 = 255, 0x0101 / 257 = 1
  EXPECT_THAT(decode_image(png_file({1, 1, 16, 2}, {"\x80\x80\xff\xff\x01\x01"})).pixels,
              ElementsAre(128, 255, 1));
}

TEST(DecodePng, DamageIsRefused) {
  const std::vector<std::byte> good = png_file({2, 2, 8, 2}, {"abcdef", "ghijkl"});
  std::vector<std::byte> cut(good.begin(), good.end() - 20);
  EXPECT_THAT(refusal_of(cut), HasSubstr("a damaged PNG file"));
  std::vector<std::byte> changed = good;
  changed.at(45) ^= std::byte{255};  // in the compressed pixels, whose checksum then fails
  EXPECT_THAT(refusal_of(changed), HasSubstr("a damaged PNG file"));
}

TEST(DecodePng, APictureOfTooManyPixelsIsRefusedBeforeMemoryIsTaken) {
  EXPECT_THAT(refusal_of(png_file({1U << 14, 1U << 14, 8, 2}, {""})),
              HasSubstr("16384 x 16384 pixels in "));
}

TEST(DecodeJpeg, ReadsColourAndGrey) {
  const RgbImage colour = decode_image(jpeg_file(17, 9, TJPF_RGB, {200, 100, 50}));
  EXPECT_EQ(colour.height, 9);
  EXPECT_EQ(colour.width, 17);
  expect_flat(colour, {200, 100, 50}, 2);
  expect_flat(decode_image(jpeg_file(8, 8, TJPF_GRAY, {77})), {77, 77, 77}, 1);
}

TEST(DecodeJpeg, ColoursOfPrintAreMultipliedWithBlack) {
  // stored inverted: 255 is no ink. 255 * 128 / 255 = 128, 100 * 128 / 255 = 50
  expect_flat(decode_image(jpeg_file(8, 8, TJPF_CMYK, {255, 100, 0, 128})), {128, 50, 0}, 2);
}

TEST(DecodeJpeg, ATruncatedFileIsRefused) {
  std::vector<std::byte> file = jpeg_file(64, 64, TJPF_RGB, {200, 100, 50});
  file.resize(file.size() - 40);
  EXPECT_THAT(refusal_of(file), HasSubstr("a damaged JPEG file: "));
  file.resize(10);
  EXPECT_THAT(refusal_of(file), HasSubstr("a damaged JPEG file: "));
}

TEST(DecodeImage, OtherFormatsAreRefused) {
  EXPECT_THAT(refusal_of(as_bytes_of("GIF89a")), HasSubstr("neither a PNG nor a JPEG"));
  EXPECT_THAT(refusal_of({}), HasSubstr("neither a PNG nor a JPEG"));
}

TEST(DecodeImage, DamageIsRefusedOrReadButNeverCrashes) {
  const std::vector<std::vector<std::byte>> good{png_file({2, 2, 8, 2}, {"abcdef", "ghijkl"}),
                                                 jpeg_file(9, 9, TJPF_RGB, {200, 100, 50})};
  Random random(1);
  for (std::size_t round = 0; round < 4000; ++round) {
    std::vector<std::byte> file = good.at(round % 2);
    file.at(random.below(file.size())) = static_cast<std::byte>(random.below(256));
    try {
      const RgbImage image = decode_image(file);
      EXPECT_EQ(static_cast<std::int64_t>(image.pixels.size()), 3 * image.height * image.width);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kFailure);
    }
  }
}

}  // namespace
}  // namespace bitline
