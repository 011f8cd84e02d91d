#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bitline/kernels/convert_block.cc"
#include "bitline/kernels/highway_targets.h"
// Includes this file once for each instruction set.
#include <hwy/foreach_target.h>
// After foreach_target.h.
#include <hwy/highway.h>

#include "bitline/kernels/block_parts.h"
#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
#include "bitline/kernels/bit_sums-inl.h"
#include "bitline/kernels/conversions-inl.h"
#endif

HWY_BEFORE_NAMESPACE();
namespace bitline {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128

void convert_sums(const BlockJob& job) { convert_block_portably(job); }

#else

/// Adds weight · multiple to 16-bit totals: those of even byte lanes, then those of odd ones.
HWY_INLINE void add_multiples(ByteVector multiple, ShortVector weight, std::int16_t* totals) {
  const Shorts shorts;
  const hn::RebindToUnsigned<Shorts> bits;
  const ShortVector both = hn::BitCast(shorts, multiple);
  const auto even = hn::And(both, hn::Set(shorts, std::int16_t{0xFF}));
  const auto odd = hn::BitCast(shorts, hn::ShiftRight<8>(hn::BitCast(bits, both)));
  std::int16_t* next = totals + kLanes / 2;
  hn::Store(hn::Add(hn::Load(shorts, totals), hn::Mul(even, weight)), shorts, totals);
  hn::Store(hn::Add(hn::Load(shorts, next), hn::Mul(odd, weight)), shorts, next);
}

/// Adds 16-bit totals to a fourth and the next fourth of 32-bit ones, and clears them.
HWY_INLINE void move_shorts(std::int16_t* shorts, std::int32_t* totals) {
  const Ints ints;
  const auto pairs = hn::BitCast(ints, hn::Load(Shorts(), shorts));
  const auto low = hn::ShiftRight<16>(hn::ShiftLeft<16>(pairs));
  const auto high = hn::ShiftRight<16>(pairs);
  std::int32_t* next = totals + kBlockColumns / 4;
  hn::Store(hn::Add(hn::Load(ints, totals), low), ints, totals);
  hn::Store(hn::Add(hn::Load(ints, next), high), ints, next);
  hn::Store(hn::Zero(Shorts()), Shorts(), shorts);
}

/// Before 16 bits overflow. lane_of_column() has put the columns in the order that follows.
void spill(const BlockJob& job) {
  for (std::int64_t position = 0; position < job.inputs.positions(); ++position)
    for (std::int64_t lane = 0; lane < kBlockColumns; lane += kLanes) {
      std::int16_t* shorts = job.short_totals + position * kBlockColumns + lane;
      std::int32_t* totals = job.byte_totals + position * kBlockColumns + lane / 4;
      move_shorts(shorts, totals);
      move_shorts(shorts + kLanes / 2, totals + kBlockColumns / 2);
    }
}

/// One stream of a tile at all positions, in kLanes columns from `column_lane` on.
template <typename Sums, typename Convert>
void convert_lanes(const BlockJob& job, const StreamView& view, const Convert& convert,
                   std::int64_t column_lane) {
  const Sums sums(job, view, column_lane);
  const Convert in_registers = convert;
  const ShortVector weight = hn::Set(Shorts(), static_cast<std::int16_t>(view.weight));
  std::int16_t* totals = job.short_totals + column_lane;
  for (std::int64_t y = 0; y < job.inputs.rows; ++y) {
    const std::int64_t row = y * job.inputs.pitch;
    for (std::int64_t lane = row; lane < row + job.inputs.width; ++lane, totals += kBlockColumns)
      if (view.active[lane] != 0) add_multiples(in_registers(sums(lane)), weight, totals);
  }
}

template <typename Sums, typename Convert>
void convert_stream(const BlockJob& job, const StreamView& view, const Convert& convert) {
  for (std::int64_t lane = 0; lane < kBlockColumns; lane += kLanes)
    convert_lanes<Sums>(job, view, convert, lane);
}

template <typename Convert>
void convert_shape(const BlockJob& job, const StreamView& view, const Convert& convert) {
  if (!job.table.byte_sums) return convert_stream<WideSums>(job, view, convert);
  switch (shape_of(view.products)) {
    case SumShape::kOnes:
      return convert_stream<ByteSums<SumShape::kOnes> >(job, view, convert);
    case SumShape::kTwiceOnes:
      return convert_stream<ByteSums<SumShape::kTwiceOnes> >(job, view, convert);
    case SumShape::kDifference:
      return convert_stream<ByteSums<SumShape::kDifference> >(job, view, convert);
    case SumShape::kAny:
      return convert_stream<ByteSums<SumShape::kAny> >(job, view, convert);
  }
}

template <typename Convert>
void convert_bytes(const BlockJob& job) {
  const Convert convert(job.table);
  std::fill_n(job.short_totals, job.inputs.positions() * kBlockColumns, std::int16_t{0});
  std::int64_t tiles_held = 0;
  for (std::size_t tile = 0; tile < job.planes.tiles.size(); ++tile) {
    if (job.table.tiles_in_short != 0 && tiles_held++ == job.table.tiles_in_short) {
      spill(job);
      tiles_held = 1;
    }
    for (std::size_t stream = 0; stream < job.streams.size(); ++stream) {
      convert_shape(job, view_of(job, tile, stream), convert);
      if (job.table.tiles_in_short == 0) spill(job);
    }
  }
  spill(job);
}

void look_up(const BlockJob& job) {
#if HWY_TARGET == HWY_AVX3_DL
  if (job.table.last - job.table.first < Permutation::kMostEntries)
    return convert_bytes<Permutation>(job);
#endif
  convert_bytes<Lookup>(job);
}

void convert_dense(const BlockJob& job, const StreamView& view) {
  alignas(64) std::int32_t sums[kBlockColumns];
  std::int64_t position = 0;
  for (std::int64_t y = 0; y < job.inputs.rows; ++y)
    for (std::int64_t x = 0; x < job.inputs.width; ++x, ++position) {
      const std::int64_t position_lane = y * job.inputs.pitch + x;
      if (view.active[position_lane] == 0) continue;
      for (std::int64_t lane = 0; lane < kBlockColumns; lane += kLanes)
        WideSums(job, view, lane).store(position_lane, sums + lane);
      add_dense(job, position, view.weight, sums);
    }
}

void convert_sums(const BlockJob& job) {
  switch (job.table.conversion) {
    case Conversion::kIdentity:
      return convert_bytes<Identity>(job);
    case Conversion::kSteps:
      return convert_bytes<Steps>(job);
    case Conversion::kLookup:
      return look_up(job);
    case Conversion::kDense:
      break;
  }
  for (std::size_t tile = 0; tile < job.planes.tiles.size(); ++tile)
    for (std::size_t stream = 0; stream < job.streams.size(); ++stream)
      convert_dense(job, view_of(job, tile, stream));
}

#endif

/// Shift and add over the planes: totals of the block's columns to the sums of their channels.
template <typename T>
void add_columns(const BlockJob& job, const T* totals) {
  const std::int64_t channels = job.planes.out_channels;
  const std::int64_t end = std::min((job.block + 1) * kBlockColumns, job.planes.columns());
  for (std::int64_t column = job.block * kBlockColumns; column < end;) {
    const std::int64_t plane = column / channels;
    const std::int64_t count = std::min(end, (plane + 1) * channels) - column;
    const std::int64_t factor =
        job.scale * job.planes.column_planes[static_cast<std::size_t>(plane)].factor;
    for (std::int64_t position = 0; position < job.inputs.positions(); ++position) {
      const T* HWY_RESTRICT total = totals + position * kBlockColumns + column % kBlockColumns;
      std::int64_t* HWY_RESTRICT sum = job.sums + position * channels + column % channels;
      for (std::int64_t i = 0; i < count; ++i) sum[i] += factor * total[i];
    }
    column += count;
  }
}

void convert(const BlockJob& job) {
  const std::int64_t totals = job.inputs.positions() * kBlockColumns;
  if (job.table.conversion == Conversion::kDense) {
    std::fill_n(job.dense_totals, totals, 0);
    convert_sums(job);
    return add_columns(job, job.dense_totals);
  }
  std::fill_n(job.byte_totals, totals, 0);
  convert_sums(job);
  add_columns(job, job.byte_totals);
}

}  // namespace HWY_NAMESPACE
}  // namespace bitline
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace bitline {

HWY_EXPORT(convert);

void convert_block(const BlockJob& job) { HWY_DYNAMIC_DISPATCH(convert)(job); }

}  // namespace bitline
#endif
