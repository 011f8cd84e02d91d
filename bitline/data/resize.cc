#include "bitline/data/resize.h"

#include <algorithm>
#include <cstdlib>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

/// The inputs that one output is the weighted mean of.
struct Taps {
  std::int64_t first = 0;
  std::vector<std::int64_t> weights;
  std::int64_t total = 0;
};

/// One axis: `in` pixels become `out`, of which `count` from `first` on are kept.
struct Axis {
  std::int64_t in;
  std::int64_t out;
  std::int64_t first;
  std::int64_t count;
};

Taps taps_of(const Axis& axis, std::int64_t output) {
  const std::int64_t reach = 2 * std::max(axis.in, axis.out);
  const std::int64_t centre = (2 * output + 1) * axis.in;  // in units of 1 / (2 out) of a pixel
  // The weights lie between the zeros of the triangle; the pixels on either side of them are 0.
  const std::int64_t begin = (centre - reach) / (2 * axis.out) - 1;
  const std::int64_t end = (centre + reach) / (2 * axis.out) + 1;
  Taps taps;
  for (std::int64_t x = std::max<std::int64_t>(begin, 0); x < std::min(end, axis.in); ++x) {
    const std::int64_t weight = reach - std::abs((2 * x + 1) * axis.out - centre);
    if (weight <= 0) continue;
    if (taps.weights.empty()) taps.first = x;
    taps.weights.push_back(weight);
    taps.total += weight;
  }
  return taps;
}

/// Where pixel x of a line lies: start + x * step + channel.
struct Line {
  std::int64_t start;
  std::int64_t step;
};

std::uint8_t weighted_mean(std::span<const std::uint8_t> pixels, const Taps& taps, Line line) {
  std::int64_t sum = taps.total / 2;
  std::int64_t at = line.start + taps.first * line.step;
  for (const std::int64_t weight : taps.weights) {
    sum += weight * pixels[static_cast<std::size_t>(at)];
    at += line.step;
  }
  return static_cast<std::uint8_t>(sum / taps.total);
}

std::vector<Taps> all_taps(const Axis& axis) {
  std::vector<Taps> taps;
  for (std::int64_t i = 0; i < axis.count; ++i) taps.push_back(taps_of(axis, axis.first + i));
  return taps;
}

/// [height, count, 3]
std::vector<std::uint8_t> resize_rows(const RgbImage& image, const Axis& axis) {
  const std::vector<Taps> taps = all_taps(axis);
  std::vector<std::uint8_t> rows;
  rows.reserve(static_cast<std::size_t>(image.height * axis.count * 3));
  for (std::int64_t y = 0; y < image.height; ++y)
    for (const Taps& tap : taps)
      for (std::int64_t c = 0; c < 3; ++c)
        rows.push_back(weighted_mean(image.pixels, tap, {y * image.width * 3 + c, 3}));
  return rows;
}

/// Where the square begins: half of what is cut off, a half rounded to the even neighbour.
std::int64_t margin(std::int64_t size, std::int64_t crop) {
  const std::int64_t cut = size - crop;
  return (cut + cut / 2 % 2) / 2;
}

/// Nothing that a camera makes; it keeps sums within 64 bits and rows within memory.
void check_ratio(const RgbImage& image) {
  constexpr std::int64_t kMostRatio = 64;
  const auto [shorter, longer] = std::minmax(image.height, image.width);
  if (shorter < 1 || longer > kMostRatio * shorter)
    fail("a picture of {} x {} pixels is more than {} times longer than wide; cut it", image.width,
         image.height, kMostRatio);
}

Axis axis_of(std::int64_t in, std::int64_t shorter, const ImageGeometry& geometry) {
  const std::int64_t out = geometry.resize * in / shorter;
  return {in, out, margin(out, geometry.crop), geometry.crop};
}

}  // namespace

void resize_and_crop(const RgbImage& image, const ImageGeometry& geometry,
                     std::span<std::uint8_t> out) {
  BITLINE_CHECK_LE(1, geometry.crop);
  BITLINE_CHECK_LE(geometry.crop, geometry.resize);
  BITLINE_CHECK_EQ(static_cast<std::int64_t>(out.size()), 3 * geometry.crop * geometry.crop);
  BITLINE_CHECK_EQ(static_cast<std::int64_t>(image.pixels.size()), 3 * image.height * image.width);
  check_ratio(image);
  const std::int64_t shorter = std::min(image.height, image.width);
  const std::int64_t side = geometry.crop;
  const std::vector<std::uint8_t> rows =
      resize_rows(image, axis_of(image.width, shorter, geometry));
  const std::vector<Taps> taps = all_taps(axis_of(image.height, shorter, geometry));
  auto next = out.begin();
  for (std::int64_t c = 0; c < 3; ++c)
    for (const Taps& tap : taps)
      for (std::int64_t x = 0; x < side; ++x)
        *next++ = weighted_mean(rows, tap, {x * 3 + c, side * 3});
}

}  // namespace bitline
