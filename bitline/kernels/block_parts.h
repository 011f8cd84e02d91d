// What the kernels of all instruction sets share. Internal to kernels/.
#pragma once

#include <algorithm>

#include "bitline/kernels/convert_block.h"

namespace bitline {

/// Row bytes that can be counted into a byte lane before it overflows: 31 · 8 = 248.
inline constexpr std::int64_t kCountableBytes = 31;

/// Output rows first … last − 1 of a job.
struct Rows {
  std::int64_t first, last;
};

/// One stream of one tile of a block.
struct StreamView {
  std::size_t tile;
  std::size_t stream;
  const std::vector<BitProduct>& products;
  std::int64_t weight;                   ///< g_j
  const std::int8_t* signs = nullptr;    ///< [lanes of columns]; null where none is flipped
  const std::int32_t* starts = nullptr;  ///< likewise; null where no column has a bias
  const std::uint8_t* cells = nullptr;   ///< [cell_bits, bytes, lanes of columns]
  const std::uint64_t* words = nullptr;  ///< [input planes, bytes, lanes of positions]
  /// Under InputForm::kDigits: those of cells [groups, 64, 4 rows], and of inputs
  /// [lanes of positions / 16, groups, 16, 4 rows].
  const std::int8_t* cell_digits = nullptr;
  const std::uint8_t* input_digits = nullptr;
  const std::uint8_t* active = nullptr;      ///< [lanes of positions]
  const std::int32_t* digit_sums = nullptr;  ///< [lanes of positions]
  std::int64_t bytes = 0;
  std::int64_t groups = 0;
  std::int64_t lanes = 0;  ///< of positions

  const std::uint8_t* cells_of(const BitProduct& product) const {
    return cells + product.cell_bit * bytes * kBlockColumns;
  }
  const std::uint64_t* words_of(const BitProduct& product) const {
    return words + product.input_plane * bytes * lanes;
  }
};

inline StreamView view_of(const BlockJob& job, std::size_t tile, const StreamProducts& stream) {
  const PackedTile& packed = job.planes.tiles[tile];
  const PackedInputs& inputs = job.inputs;
  const auto j = static_cast<std::int64_t>(stream.stream);
  StreamView view{tile, stream.stream, stream.products, stream.weight,
                  job.planes.signs_of(job.group, job.block, tile)};
  if (job.starts != nullptr)
    view.starts = job.starts + static_cast<std::int64_t>(tile) * kBlockColumns;
  if (inputs.form == InputForm::kDigits) {
    view.cell_digits = job.planes.digits_of(job.group, job.block, tile);
    view.input_digits = inputs.digits.data<std::uint8_t>().data() + inputs.digit_offset(packed, j);
  } else {
    view.cells = job.planes.bits_of(job.group, job.block, tile);
    view.words = reinterpret_cast<const std::uint64_t*>(inputs.words.data<std::int64_t>().data() +
                                                        inputs.word_offset(packed));
  }
  view.active = inputs.active.data<std::uint8_t>().data() + inputs.stream_offset(tile, j);
  view.digit_sums = inputs.digit_sums.data<std::int32_t>().data() + inputs.stream_offset(tile, j);
  view.bytes = packed.bytes;
  view.groups = packed.groups;
  view.lanes = inputs.lanes;
  return view;
}

/// Of all tiles and streams.
inline std::vector<StreamView> views_of(const BlockJob& job) {
  std::vector<StreamView> views;
  views.reserve(job.planes.tiles.size() * job.streams.size());
  for (std::size_t tile = 0; tile < job.planes.tiles.size(); ++tile)
    for (const StreamProducts& stream : job.streams) views.push_back(view_of(job, tile, stream));
  return views;
}

/// The sums of a block's 64 lanes at one position, which a counter counts.
using SumLanes = void (*)(const BlockJob& job, const StreamView& view, std::int64_t position_lane,
                          std::int32_t* sums);
void sum_portably(const BlockJob& job, const StreamView& view, std::int64_t position_lane,
                  std::int32_t* sums);

/// convert_block() for Conversion::kDense.
void convert_dense(const BlockJob& job, SumLanes sum_lanes);
/// convert_block() without vector instructions.
void convert_portably(const BlockJob& job);

}  // namespace bitline
