// From pixels to the numbers that a network sees.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "bitline/data/dataset.h"

namespace bitline {

/// Mean and deviation of each channel, for bytes scaled to [0, 1] and for real pixels as they are.
struct Normalization {
  std::vector<float> mean;
  std::vector<float> deviation;  ///< above 0

  friend bool operator==(const Normalization&, const Normalization&) = default;
};

/// Bytes: y = (x / 255 - mean) / deviation in float32, computed once for each channel and pixel
/// value. Real pixels: y = (x - mean) / deviation in float32. Each is one rounding after another,
/// so that no vectorisation can change a bit.
class Normalizer {
 public:
  /// Throws Error when the numbers of means and deviations differ, or one is not finite, or a
  /// deviation is not above 0.
  explicit Normalizer(const Normalization& normalization);

  std::int64_t channels() const { return static_cast<std::int64_t>(tables_.size()); }
  /// One image of [channels, pixels]. Throws Error when its size is no multiple of the channels or
  /// not that of `out`.
  void apply(std::span<const std::uint8_t> image, std::span<float> out) const;
  void apply(std::span<const float> image, std::span<float> out) const;
  /// U8 or F32 [n, channels, height, width] as F32 of the same shape.
  Tensor apply(const Tensor& images) const;

 private:
  Normalization normalization_;
  std::vector<std::array<float, 256>> tables_;  // of bytes, one for each channel
};

}  // namespace bitline
