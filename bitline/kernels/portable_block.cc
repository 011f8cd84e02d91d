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

/// s g_j of each column of one stream of a tile.
template <typename T>
using ColumnWeights = std::array<T, kBlockColumns>;

template <typename T>
ColumnWeights<T> column_weights(const StreamView& view) {
  ColumnWeights<T> weights;
  weights.fill(static_cast<T>(view.weight));
  if (view.signs == nullptr) return weights;
  for (std::int64_t column = 0; column < kBlockColumns; ++column)
    weights[static_cast<std::size_t>(column)] *= view.signs[lane_of_column(column)];
  return weights;
}

/// From the sums of one conversion per lane to the totals of their columns.
template <typename T>
using AddValues = void (*)(const PreparedTable& table, const T* column_weights,
                           const std::int32_t* sums, T* totals);

std::int32_t index_of(const PreparedTable& table, std::int32_t sum) {
  const std::int32_t n = sum - static_cast<std::int32_t>(table.origin);
  if (table.thresholds.empty()) return std::clamp<std::int32_t>(n, table.first, table.last);
  const auto above = std::upper_bound(table.thresholds.begin(), table.thresholds.end(), n);
  return static_cast<std::int32_t>(above - table.thresholds.begin());
}

void add_multiples(const PreparedTable& table, const std::int32_t* column_weights,
                   const std::int32_t* sums, std::int32_t* totals) {
  for (std::int64_t column = 0; column < kBlockColumns; ++column) {
    const std::int32_t entry = index_of(table, sums[lane_of_column(column)]) - table.first;
    totals[column] += column_weights[column] * table.multiples[static_cast<std::size_t>(entry)];
  }
}

void add_dense_values(const PreparedTable& table, const std::int64_t* column_weights,
                      const std::int32_t* sums, std::int64_t* totals) {
  const std::int32_t* values = table.dense.data() - table.origin;
  for (std::int64_t column = 0; column < kBlockColumns; ++column)
    totals[column] += column_weights[column] * values[sums[lane_of_column(column)]];
}

/// Shift and add over the planes.
template <typename T>
void add_runs(const std::vector<ColumnRun>& runs, const T* totals, T* sums) {
  for (const ColumnRun& run : runs)
    for (std::int64_t i = 0; i < run.count; ++i)
      sums[run.channel + i] += run.factor * totals[run.first + i];
}

/// Position by position; T holds every part of a channel's sum.
template <typename T>
void convert_positions(const BlockJob& job, SumLanes sum_lanes, AddValues<T> add_values,
                       T* channel_sums) {
  const std::vector<StreamView> views = views_of(job);
  std::vector<ColumnWeights<T>> weights;
  for (const StreamView& view : views) weights.push_back(column_weights<T>(view));
  for (std::int64_t y = 0; y < job.inputs.rows; ++y)
    for (std::int64_t x = 0; x < job.inputs.width; ++x) {
      const std::int64_t lane = y * job.inputs.pitch + x;
      std::array<T, kBlockColumns> totals = {};
      alignas(64) std::array<std::int32_t, kBlockColumns> sums;
      for (std::size_t i = 0; i < views.size(); ++i) {
        if (views[i].active[lane] == 0) continue;
        sum_lanes(job, views[i], lane, sums.data());
        add_values(job.table, weights[i].data(), sums.data(), totals.data());
      }
      add_runs(job.planes.runs[static_cast<std::size_t>(job.block)], totals.data(), channel_sums);
      channel_sums += job.planes.out_channels;
    }
}

}  // namespace

void sum_portably(const BlockJob& job, const StreamView& view, std::int64_t position_lane,
                  std::int32_t* sums) {
  std::fill_n(sums, kBlockColumns,
              static_cast<std::int32_t>(job.planes.digit_base) * view.digit_sums[position_lane]);
  if (view.starts != nullptr)
    for (std::int64_t lane = 0; lane < kBlockColumns; ++lane) sums[lane] += view.starts[lane];
  for (const BitProduct& product : view.products) add_product(view, product, position_lane, sums);
  if (job.counter != nullptr)
    job.counter->add(job.block, view.tile, view.stream, 0, kBlockColumns, 0, sums);
}

void convert_dense(const BlockJob& job, SumLanes sum_lanes) {
  convert_positions<std::int64_t>(job, sum_lanes, add_dense_values, job.dense_sums);
}

void convert_portably(const BlockJob& job) {
  if (job.table.conversion == Conversion::kDense) return convert_dense(job, sum_portably);
  convert_positions<std::int32_t>(job, sum_portably, add_multiples, job.sums);
}

}  // namespace bitline
