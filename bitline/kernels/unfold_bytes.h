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

  /// An image's codes, activation − smallest(). Columns that a stride visits in different steps
  /// stand apart, so that neighbouring positions see neighbouring codes.
  struct Codes {
    /// [in_channels, padded height, x % stride, x / stride]
    std::vector<std::uint8_t> padded;
    std::vector<std::uint8_t> plain;  ///< scratch
  };
  /// image: [in_channels, in_height, in_width]. `codes` is empty or what this layer left there.
  /// Throws Error for an activation off its grid.
  void encode(std::span<const std::int32_t> image, Codes& codes) const;

  /// Where row 0 of the fan-in of group 0 stands for an output position; row_offset() leads to the
  /// others.
  const std::uint8_t* at(const Codes& codes, std::int64_t position) const {
    return codes.padded.data() + position / run_ * pitch_ + position % run_;
  }
  std::int64_t row_offset(std::int64_t group, std::int64_t row) const {
    return group * group_size_ + row_offsets_[static_cast<std::size_t>(row)];
  }
  /// Positions whose codes stand side by side: the first `run()`, the next ones, …
  std::int64_t run() const { return run_; }

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
  std::int64_t step_width_;  // of what one step of the stride visits of a padded row
  std::int64_t padded_row_;  // codes of one
  std::int64_t pitch_;       // from the codes of an output row to the next one's
  std::int64_t run_;
  std::int64_t group_size_;                // codes of a group's channels
  std::vector<std::int64_t> row_offsets_;  // [fan-in]
};

}  // namespace bitline
