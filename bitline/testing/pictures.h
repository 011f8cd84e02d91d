// Makes the PNG and JPEG files that the tests decode.
#pragma once

#include <gtest/gtest.h>
#include <turbojpeg.h>

#define ZLIB_CONST
#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bitline::test {

/// What a PNG says about itself.
struct PngKind {
  std::uint32_t width;
  std::uint32_t height;
  int bits;         ///< of a sample
  int colour_type;  ///< 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha
};

inline std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 255U);
  return bytes;
}

inline std::string png_chunk(const std::string& name, const std::string& content) {
  const std::string checked = name + content;
  const auto crc =
      crc32(0, reinterpret_cast<const Bytef*>(checked.data()), static_cast<uInt>(checked.size()));
  return big_endian(static_cast<std::uint32_t>(content.size())) + checked +
         big_endian(static_cast<std::uint32_t>(crc));
}

inline std::vector<std::byte> as_bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text.data(), text.size()));
  return {bytes.begin(), bytes.end()};
}

/// Not interlaced, every row unfiltered. `rows` holds the samples of each row, packed; `palette`
/// three bytes for each colour.
inline std::vector<std::byte> png_file(const PngKind& kind, const std::vector<std::string>& rows,
                                       const std::string& palette = "") {
  std::string raw;
  for (const std::string& row : rows) raw += std::string(1, '\0') + row;
  std::string packed(compressBound(raw.size()), '\0');
  uLongf size = packed.size();
  EXPECT_EQ(compress(reinterpret_cast<Bytef*>(packed.data()), &size,
                     reinterpret_cast<const Bytef*>(raw.data()), raw.size()),
            Z_OK);
  packed.resize(size);
  std::string header = big_endian(kind.width) + big_endian(kind.height);
  header += static_cast<char>(kind.bits);
  header += static_cast<char>(kind.colour_type);
  header += std::string(3, '\0');
  std::string file = "\x89PNG\r\n\x1a\n" + png_chunk("IHDR", header);
  if (!palette.empty()) file += png_chunk("PLTE", palette);
  return as_bytes_of(file + png_chunk("IDAT", packed) + png_chunk("IEND", ""));
}

/// One colour everywhere, `pixel` in TurboJPEG's `format`; quality 100, colours not subsampled.
inline std::vector<std::byte> jpeg_file(int width, int height, int format,
                                        const std::vector<std::uint8_t>& pixel) {
  std::vector<std::uint8_t> pixels;
  for (int i = 0; i < width * height; ++i) pixels.insert(pixels.end(), pixel.begin(), pixel.end());
  tjhandle encoder = tjInitCompress();
  unsigned char* data = nullptr;
  unsigned long size = 0;
  EXPECT_EQ(tjCompress2(encoder, pixels.data(), width, 0, height, format, &data, &size,
                        format == TJPF_GRAY ? TJSAMP_GRAY : TJSAMP_444, 100, 0),
            0);
  const auto bytes = std::as_bytes(std::span(data, size));
  std::vector<std::byte> file(bytes.begin(), bytes.end());
  tjFree(data);
  tjDestroy(encoder);
  return file;
}

}  // namespace bitline::test
