// Activations as unsigned bytes, and the bytes that each row of a fan-in is at the output positions
// (im2col, row by row).
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "bitline/quantize/integer_layer.h"

namespace bitline {

class ByteUnfolder {
 public:
  /// Whether the layer's activations and its pad value are at most 256 neighbouring integers.
  static bool fits(const IntegerLayer& layer);

  /// `layer` has to be one that fits().
  explicit ByteUnfolder(const IntegerLayer& layer);

  /// The integer whose code is 0.
  std::int64_t smallest() const { return smallest_; }
  /// Of a code.
  int bits() const {
    return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(size_ - 1)));
  }

  /// An image's codes, activation − smallest().
  struct Codes {
    std::vector<std::uint8_t> padded;  ///< [in_channels, padded height, padded width]
    std::vector<std::uint8_t> plain;   ///< scratch
  };
  /// image: [in_channels, in_height, in_width]. `codes` is empty or what this layer left there.
  /// Throws Error for an activation off its grid.
  void encode(std::span<const std::int32_t> image, Codes& codes) const;

  /// Bytes behind the last lane that unfold() may write.
  static constexpr std::int64_t kBehind = 32;
  /// What row `row` of the fan-in of a group is at `count` output positions from `first` on.
  void unfold(const Codes& codes, std::int64_t group, std::int64_t row, std::int64_t first,
              std::int64_t count, std::uint8_t* lanes) const;

 private:
  void to_codes(std::span<const std::int32_t> image, std::uint8_t* codes) const;
  void add_row_offsets();

  ConvGeometry geometry_;
  std::int64_t smallest_;
  std::int64_t size_;  // of the grid
  std::uint8_t pad_;
  std::int64_t out_width_;  // positions whose codes lie side by side, or a stride apart
  std::vector<std::int64_t> row_offsets_;  // [fan-in]: of what the first position sees, in codes
};

}  // namespace bitline
