// The kernel for processors without vectors: eight byte lanes in a 64-bit word.
#include <algorithm>
#include <array>
#include <cstring>

#include "bitline/kernels/block_parts.h"

namespace bitline {
namespace {

constexpr std::size_t kWordLanes = 8;

/// Ones of each byte.
std::uint64_t count_ones(std::uint64_t x) {
  x -= x >> 1 & 0x5555555555555555;
  x = (x & 0x3333333333333333) + (x >> 2 & 0x3333333333333333);
  return (x + (x >> 4)) & 0x0F0F0F0F0F0F0F0F;
}

void add_product(const StreamView& view, const BitProduct& product, std::int64_t position_lane,
                 std::int32_t* sums) {
  const std::uint8_t* cells = view.cells_of(product);
  const std::uint64_t* words = view.words_of(product) + position_lane;
  const std::int32_t factor = (product.negative ? -1 : 1) * (1 << product.level);
  for (std::size_t lane = 0; lane < kBlockColumns; lane += kWordLanes)
    for (std::int64_t first = 0; first < view.bytes; first += kCountableBytes) {
      const std::int64_t last = std::min(first + kCountableBytes, view.bytes);
      std::uint64_t ones = 0;
      for (std::int64_t byte = first; byte < last; ++byte) {
        std::uint64_t cell;
        std::memcpy(&cell, cells + byte * kBlockColumns + lane, sizeof cell);
        ones += count_ones(cell & words[byte * view.lanes]);
      }
      std::array<std::uint8_t, kWordLanes> counts;
      std::memcpy(counts.data(), &ones, sizeof ones);
      for (std::size_t i = 0; i < kWordLanes; ++i) sums[lane + i] += factor * counts[i];
    }
}

void add_bytes(const BlockJob& job, std::int64_t position, std::int64_t stream_weight,
               const std::int32_t* sums) {
  const PreparedTable& table = job.table;
  const auto origin = static_cast<std::int32_t>(table.origin) + table.first;
  const std::int32_t last = table.last - table.first;
  std::int32_t* totals = job.byte_totals + position * kBlockColumns;
  for (std::int64_t column = 0; column < kBlockColumns; ++column) {
    const std::int32_t index = std::clamp(sums[lane_of_column(column)] - origin, 0, last);
    totals[column] +=
        static_cast<std::int32_t>(stream_weight) * table.multiples[static_cast<std::size_t>(index)];
  }
}

void convert_position(const BlockJob& job, const StreamView& view, std::int64_t position,
                      std::int64_t position_lane) {
  std::array<std::int32_t, kBlockColumns> sums;
  sum_portably(job, view, position_lane, sums.data());
  if (job.counter != nullptr)
    job.counter->add(job.block, view.tile, view.stream, 0, kBlockColumns, 0, sums.data());
  if (job.table.conversion == Conversion::kDense)
    add_dense(job, position, view.weight, sums.data());
  else
    add_bytes(job, position, view.weight, sums.data());
}

void convert_stream(const BlockJob& job, const StreamView& view) {
  std::int64_t position = 0;
  for (std::int64_t y = 0; y < job.inputs.rows; ++y)
    for (std::int64_t x = 0; x < job.inputs.width; ++x, ++position) {
      const std::int64_t lane = y * job.inputs.pitch + x;
      if (view.active[lane] != 0) convert_position(job, view, position, lane);
    }
}

}  // namespace

void sum_portably(const BlockJob& job, const StreamView& view, std::int64_t position_lane,
                  std::int32_t* sums) {
  std::fill_n(sums, kBlockColumns,
              static_cast<std::int32_t>(job.planes.digit_base) * view.digit_sums[position_lane]);
  for (const BitProduct& product : view.products) add_product(view, product, position_lane, sums);
}

void convert_block_portably(const BlockJob& job) {
  for (std::size_t tile = 0; tile < job.planes.tiles.size(); ++tile)
    for (std::size_t stream = 0; stream < job.streams.size(); ++stream)
      convert_stream(job, view_of(job, tile, stream));
}

}  // namespace bitline
