// What the kernels of all instruction sets share. Internal to kernels/.
#pragma once

#include <algorithm>

#include "bitline/kernels/convert_block.h"

namespace bitline {

/// Row bytes that can be counted into a byte lane before it overflows: 31 · 8 = 248.
inline constexpr std::int64_t kCountableBytes = 31;

/// One stream of one tile of a block.
struct StreamView {
  std::size_t tile;
  std::size_t stream;
  const std::vector<BitProduct>& products;
  std::int64_t weight;             ///< g_j
  const std::uint8_t* cells;       ///< [cell_bits, bytes, lanes of columns]
  const std::uint64_t* words;      ///< [input planes, bytes, lanes of positions]
  const std::uint8_t* active;      ///< [lanes of positions]
  const std::int32_t* digit_sums;  ///< [lanes of positions]
  std::int64_t bytes;
  std::int64_t lanes;  ///< of positions

  const std::uint8_t* cells_of(const BitProduct& product) const {
    return cells + product.cell_bit * bytes * kBlockColumns;
  }
  const std::uint64_t* words_of(const BitProduct& product) const {
    return words + product.input_plane * bytes * lanes;
  }
};

inline StreamView view_of(const BlockJob& job, std::size_t tile, std::size_t stream) {
  const PackedTile& packed = job.planes.tiles[tile];
  const PackedInputs& inputs = job.inputs;
  const std::int64_t offset = inputs.stream_offset(tile, static_cast<std::int64_t>(stream));
  return {tile,
          stream,
          job.streams[stream].products,
          job.streams[stream].weight,
          job.planes.bits_of(job.group, job.block, tile),
          reinterpret_cast<const std::uint64_t*>(inputs.words.data<std::int64_t>().data()) +
              inputs.word_offset(packed),
          inputs.active.data<std::uint8_t>().data() + offset,
          inputs.digit_sums.data<std::int32_t>().data() + offset,
          packed.bytes,
          inputs.lanes};
}

/// Adds the values of 64 sums, which lie in the order of the lanes.
inline void add_dense(const BlockJob& job, std::int64_t position, std::int64_t stream_weight,
                      const std::int32_t* sums) {
  std::int64_t* totals = job.dense_totals + position * kBlockColumns;
  const std::int32_t* values = job.table.dense.data() - job.table.origin;
  for (std::int64_t column = 0; column < kBlockColumns; ++column)
    totals[column] += stream_weight * values[sums[lane_of_column(column)]];
}

/// Without vector instructions: the sums of a block's 64 lanes, and convert_block().
void sum_portably(const BlockJob& job, const StreamView& view, std::int64_t position_lane,
                  std::int32_t* sums);
void convert_block_portably(const BlockJob& job);

}  // namespace bitline
