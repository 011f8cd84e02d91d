// Activations as bits of their input streams, laid out for the fused kernel. Prepared once per
// image and shared by all columns.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "bitline/kernels/packed_planes.h"

namespace bitline {

/// One bit of one stream's digits.
struct InputPlane {
  std::size_t stream = 0;
  DigitBit bit;
};

/// Lanes come in multiples of this many, so that packing needs no tail.
inline constexpr std::int64_t kLaneMultiple = 32;

/// Lanes whose digits stand together: those of one are a line of the caches.
inline constexpr std::int64_t kDigitLanes = 16;

/// How the inputs lie, by the kernel that reads them.
enum class InputForm {
  kWords,    ///< bits of eight rows: lanes are columns, and bits are counted
  kDigits,   ///< whole digits of four rows: lanes are columns, and digits are multiplied
  kNibbles,  ///< bits of four rows: lanes are positions, and counts are looked up
};

/// "columns in pairs, counts looked up": what a kernel does that takes this form, in words.
std::string_view in_words(InputForm form);

/// What the columns of one group see at the positions of some output rows of one image. Position
/// (y, x) lies in lane y · pitch + x; lanes between the rows and behind the last are idle. A row
/// byte stands eight times in its word, so that one broadcast reaches all columns of a block.
struct PackedInputs {
  std::int64_t rows = 0;   ///< output rows
  std::int64_t width = 0;  ///< positions of a row
  std::int64_t pitch = 0;
  std::int64_t lanes = 0;
  std::int64_t planes = 0;
  std::int64_t streams = 0;
  std::int64_t vector_lanes = 0;       ///< kNibbles: pair_lanes() when they were made
  InputForm form = InputForm::kWords;  ///< which of the next three is filled
  bool reads_idle = false;             ///< streams of zeros too
  Tensor words;                        ///< I64 [tiles, planes, bytes of the tile, lanes]
  Tensor digits;   ///< U8 [tiles, streams, lanes / 16, groups of the tile, 16 lanes, 4 rows]
  Tensor nibbles;  ///< U8 [groups of all tiles, lanes / vector_lanes, streams, vector_lanes]
  /// U8 [tiles, streams, lanes]: 0 where the stream's digits are all 0, so that it need not be
  /// read. Nowhere 0 if the array flips columns or biases them, since an idle stream then gives
  /// every channel another number, and in kNibbles, which are read whatever they hold.
  Tensor active;
  Tensor digit_sums;  ///< I32 [tiles, streams, lanes]: Σ_r x_j[r]; all 0 unless asked for

  std::int64_t positions() const { return rows * width; }
  std::int64_t word_offset(const PackedTile& tile) const {
    return tile.first_byte * planes * lanes;
  }
  std::int64_t digit_offset(const PackedTile& tile, std::int64_t stream) const {
    return (tile.first_group * streams + tile.groups * stream) * lanes * kRowsPerGroup;
  }
  std::int64_t nibbles_of_group() const { return lanes * streams; }
  /// Of the first lane of a vector; `group` is counted over all tiles.
  std::int64_t nibble_offset(std::int64_t group, std::int64_t vector, std::int64_t stream) const {
    return group * nibbles_of_group() + (vector * streams + stream) * vector_lanes;
  }
  std::int64_t stream_offset(std::size_t tile, std::int64_t stream) const {
    return (static_cast<std::int64_t>(tile) * streams + stream) * lanes;
  }
};

/// An image's activations as bytes that have a bit for each input plane, padding included; for more
/// than eight planes one such image after the other. Columns and rows that a stride visits in
/// different steps stand apart: [parts, channels, y % stride, x % stride, y / stride, x / stride],
/// so that neighbouring positions read neighbouring bytes whatever the stride.
using InputCodes = std::vector<std::uint8_t>;

class InputPacker {
 public:
  /// `sum_digits`: somebody reads PackedInputs::digit_sums.
  InputPacker(const CimLayer& layer, const std::vector<PackedTile>& tiles, bool sum_digits);

  /// The bits of all streams. Those of a stream stand together, and the streams are in order.
  const std::vector<InputPlane>& planes() const { return planes_; }
  bool sums_digits() const { return sum_digits_; }
  /// Output rows to pack at once: as many as the caches hold, and few idle lanes.
  std::int64_t rows_at_once(InputForm form) const;
  /// Buffers for that many. kDigits takes unsigned digits, kNibbles digits of 0 and 1.
  /// `reads_idle`: streams of zeros are read too, whether or not the array flips columns.
  PackedInputs make_inputs(InputForm form, bool reads_idle = false) const;
  /// image: [in_channels, in_height, in_width]. Throws Error for an activation off its grid.
  void encode(std::span<const std::int32_t> image, InputCodes& codes) const;
  /// Output rows first_row … first_row + rows − 1.
  void pack(const InputCodes& codes, std::int64_t group, std::int64_t first_row, std::int64_t rows,
            PackedInputs& packed) const;

 private:
  /// What one step of the stride visits of a row of the first channel; of all its rows where they
  /// follow each other in the image and in the codes.
  struct RowPart {
    std::int64_t source;  ///< in the image
    std::int64_t target;  ///< in its codes
    std::int64_t count;
  };

  void add_planes(const InputStreams& streams);
  void add_codes(const InputStreams& streams);
  void add_row_offsets(const std::vector<Tile>& tiles);
  std::int64_t offset_of(std::int64_t channel, std::int64_t y, std::int64_t x) const;
  std::int64_t lanes_of(std::int64_t rows, InputForm form) const;
  std::int64_t words_per_lane() const;
  std::int64_t bytes_per_lane(InputForm form) const;
  std::vector<RowPart> row_parts() const;
  void encode_part(std::span<const std::int32_t> image, std::size_t part,
                   std::uint8_t* codes) const;
  template <typename CodeOf>
  void encode_part(std::span<const std::int32_t> image, const CodeOf& code_of,
                   std::uint8_t* codes) const;
  [[noreturn]] void fail_off_grid(std::span<const std::int32_t> image) const;

  ConvGeometry geometry_;
  std::int64_t pad_value_;
  std::int64_t height_, pitch_;  // of what one step of the stride visits
  std::vector<PackedTile> tiles_;
  std::int64_t streams_;
  bool sum_digits_;
  bool flips_columns_;
  std::vector<InputPlane> planes_;
  std::int64_t smallest_activation_ = 0;
  std::vector<std::vector<std::uint16_t>> codes_;  // [parts][activation − smallest]
  bool plain_codes_ = false;                       // a code is its activation's lowest byte
  std::vector<std::int64_t> row_offsets_;  // [row bytes, 8] from the position's corner; −1: no row
};

}  // namespace bitline
