// Turns pixels into the numbers that a network sees.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "bitline/base/normalization.h"
#include "bitline/base/tensor.h"

namespace bitline {

/// Bytes: y = (x / 255 - mean) / deviation in float32, computed once for each channel and pixel
/// value. Real pixels: y = (x - mean) / deviation in float32. Each is one rounding after another,
/// so that no vectorisation can change a bit. Each of the normalization's channels covers as many
/// values, which follow each other: those of an entry of axis 1 of [n, channels, …], or all of
/// them.
class Normalizer {
 public:
  /// Throws what validate() throws.
  explicit Normalizer(const Normalization& normalization);

  std::int64_t channels() const { return static_cast<std::int64_t>(tables_.size()); }
  /// One image, channel after channel. Throws Error when its size is no multiple of the channels or
  /// not that of `out`.
  void apply(std::span<const std::uint8_t> image, std::span<float> out) const;
  void apply(std::span<const float> image, std::span<float> out) const;
  /// U8 or F32 images of any shape as F32 of the same. Throws as above.
  Tensor apply(const Tensor& images) const;

 private:
  Normalization normalization_;
  std::vector<std::array<float, 256>> tables_;  // of bytes, one for each channel
};

}  // namespace bitline
