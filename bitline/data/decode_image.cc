#include "bitline/data/decode_image.h"

#include <png.h>
#include <turbojpeg.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

/// Twice the largest picture of ImageNet.
constexpr std::int64_t kMostPixels = std::int64_t{1} << 27;
/// Deflate makes at most 1,032 bytes of one, each of eight pixels; a damaged file of a few bytes
/// cannot ask for more memory.
constexpr std::int64_t kMostPixelsPerByte = 1032 * 8;

std::size_t checked_pixels(std::size_t bytes, std::int64_t height, std::int64_t width) {
  const std::int64_t most =
      std::min(kMostPixels, kMostPixelsPerByte * static_cast<std::int64_t>(bytes));
  if (height < 1 || width < 1 || height > most / width)
    fail(
        "{} x {} pixels in {} bytes are outside 1 to {}; make the picture smaller, or fetch it "
        "again",
        width, height, bytes, most);
  return static_cast<std::size_t>(height * width);
}

/// Keeps the first three of four channels.
std::vector<std::uint8_t> drop_fourth(std::span<const std::uint8_t> four) {
  std::vector<std::uint8_t> three;
  three.reserve(four.size() / 4 * 3);
  for (std::size_t i = 0; i < four.size(); i += 4)
    three.insert(three.end(), four.begin() + static_cast<std::ptrdiff_t>(i),
                 four.begin() + static_cast<std::ptrdiff_t>(i + 3));
  return three;
}

struct FreePng {
  void operator()(png_image* image) const { png_image_free(image); }
};

RgbImage decode_png(std::span<const std::byte> bytes) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  const std::unique_ptr<png_image, FreePng> released(&image);
  const auto check = [&image](int done) {
    if (done == 0) fail("a damaged PNG file: {}; fetch it again", image.message);
  };
  check(png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()));
  std::vector<std::uint8_t> rgba(4 * checked_pixels(bytes.size(), image.height, image.width));
  // Without a transparent background to draw on, colours stay those of the file. 16-bit pixels
  // without a gamma are not linear but sRGB, like those of 8 bits.
  image.format = PNG_FORMAT_RGBA;
  image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
  check(png_image_finish_read(&image, nullptr, rgba.data(), 0, nullptr));
  return {image.height, image.width, drop_fourth(rgba)};
}

struct FreeJpeg {
  void operator()(void* decoder) const { tjDestroy(decoder); }
};
using JpegDecoder = std::unique_ptr<void, FreeJpeg>;

/// Colour times black, both from 0 (full ink) to 255 (none), rounded to the nearest.
std::vector<std::uint8_t> cmyk_to_rgb(std::span<const std::uint8_t> cmyk) {
  std::vector<std::uint8_t> rgb;
  rgb.reserve(cmyk.size() / 4 * 3);
  for (std::size_t i = 0; i < cmyk.size(); i += 4)
    for (std::size_t c = 0; c < 3; ++c)
      rgb.push_back(static_cast<std::uint8_t>((cmyk[i + c] * cmyk[i + 3] + 127) / 255));
  return rgb;
}

/// libjpeg goes on after damage and only warns. Bytes too many change nothing; bytes that are
/// missing leave a part of the picture grey.
void check_jpeg(int status, void* decoder) {
  if (status == 0) return;
  const std::string_view reason = tjGetErrorStr2(decoder);
  if (tjGetErrorCode(decoder) == TJERR_WARNING &&
      reason.find("Premature end") == std::string_view::npos)
    return;
  fail("a damaged JPEG file: {}; fetch it again", reason);
}

RgbImage decode_jpeg(std::span<const std::byte> bytes) {
  const JpegDecoder decoder(tjInitDecompress());
  if (decoder == nullptr) fail("no memory for a JPEG decoder");
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  int width = 0;
  int height = 0;
  int subsampling = 0;
  int colours = 0;
  check_jpeg(tjDecompressHeader3(decoder.get(), data, bytes.size(), &width, &height, &subsampling,
                                 &colours),
             decoder.get());
  if (width == 0) fail("a damaged JPEG file: its header is incomplete; fetch it again");
  const bool cmyk = colours == TJCS_CMYK || colours == TJCS_YCCK;
  std::vector<std::uint8_t> pixels(checked_pixels(bytes.size(), height, width) * (cmyk ? 4 : 3));
  // A picture of very many progressive scans takes minutes and is made by nobody in good faith.
  constexpr int kFlags = TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS;
  check_jpeg(tjDecompress2(decoder.get(), data, bytes.size(), pixels.data(), width, 0, height,
                           cmyk ? TJPF_CMYK : TJPF_RGB, kFlags),
             decoder.get());
  return {height, width, cmyk ? cmyk_to_rgb(pixels) : std::move(pixels)};
}

bool begins_with(std::span<const std::byte> bytes, std::string_view start) {
  const auto wanted = std::as_bytes(std::span(start));
  return bytes.size() >= wanted.size() && std::ranges::equal(bytes.first(wanted.size()), wanted);
}

}  // namespace

RgbImage decode_image(std::span<const std::byte> bytes) {
  if (begins_with(bytes, "\x89PNG")) return decode_png(bytes);
  if (begins_with(bytes, "\xff\xd8")) return decode_jpeg(bytes);
  fail("neither a PNG nor a JPEG file; convert it to one of them");
}

}  // namespace bitline
