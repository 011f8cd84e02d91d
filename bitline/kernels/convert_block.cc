#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bitline/kernels/convert_block.cc"
#include "bitline/kernels/highway_targets.h"
// Includes this file once for each instruction set.
#include <hwy/foreach_target.h>
// After foreach_target.h.
#include <hwy/highway.h>

#include "bitline/base/error.h"
#include "bitline/kernels/bit_sums-inl.h"
#include "bitline/kernels/block_parts.h"
#include "bitline/kernels/conversions-inl.h"
#include "bitline/kernels/dot_sums-inl.h"

HWY_BEFORE_NAMESPACE();
namespace bitline {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128

void convert(const BlockJob& job) { convert_portably(job); }

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

/// Output rows first … last − 1 of a job.
struct Rows {
  std::int64_t first, last;
};

/// A fourth of a block's columns, whose totals lie in the same halves of pairs of 16-bit ones:
/// lane_of_column() has put the lanes in the order that this needs.
constexpr std::int64_t kFourth = kBlockColumns / 4;

/// Totals of the next kIntLanes columns of a fourth; `pairs` are those of the fourth and the next.
template <bool kUpper>
HWY_INLINE hn::Vec<Ints> totals_of(const std::int16_t* pairs) {
  const auto both = hn::BitCast(Ints(), hn::Load(Shorts(), pairs));
  return hn::ShiftRight<16>(kUpper ? both : hn::ShiftLeft<16>(both));
}

/// Adds factor · total to the sums of neighbouring channels, for `fourth` at some positions.
template <bool kUpper>
void add_fourth(const BlockJob& job, Rows rows, std::int64_t fourth, std::int32_t* sums,
                std::int32_t factor) {
  const Ints ints;
  const auto factors = hn::Set(ints, factor);
  const std::int16_t* pairs = job.short_totals + fourth / 2 * (kLanes / 2);
  const std::int64_t count = (rows.last - rows.first) * job.inputs.width;
  for (std::int64_t position = 0; position < count; ++position) {
    for (std::int64_t lane = 0; lane < kBlockColumns; lane += kLanes) {
      const auto product = hn::Mul(totals_of<kUpper>(pairs + lane), factors);
      std::int32_t* sum = sums + lane / 4;
      hn::StoreU(hn::Add(hn::LoadU(ints, sum), product), ints, sum);
    }
    pairs += kBlockColumns;
    sums += job.planes.out_channels;
  }
}

/// Adds them for runs that consist of whole fourths.
void add_fourths(const BlockJob& job, Rows rows, const std::vector<ColumnRun>& runs) {
  std::int32_t* sums = job.sums + rows.first * job.inputs.width * job.planes.out_channels;
  for (const ColumnRun& run : runs)
    for (std::int64_t column = 0; column < run.count; column += kFourth) {
      const std::int64_t fourth = (run.first + column) / kFourth;
      std::int32_t* first = sums + run.channel + column;
      fourth % 2 == 0 ? add_fourth<false>(job, rows, fourth, first, run.factor)
                      : add_fourth<true>(job, rows, fourth, first, run.factor);
    }
}

/// Adds them for runs of any length.
void add_runs(const BlockJob& job, Rows rows, const std::vector<ColumnRun>& runs) {
  alignas(64) std::int32_t totals[kBlockColumns];
  const std::int16_t* pairs = job.short_totals;
  std::int32_t* sums = job.sums + rows.first * job.inputs.width * job.planes.out_channels;
  const std::int64_t count = (rows.last - rows.first) * job.inputs.width;
  for (std::int64_t position = 0; position < count; ++position) {
    for (std::int64_t lane = 0; lane < kBlockColumns; lane += kLanes)
      for (const std::int64_t half : {0, 1}) {
        const std::int16_t* both = pairs + lane + half * (kLanes / 2);
        std::int32_t* total = totals + half * 2 * kFourth + lane / 4;
        hn::Store(totals_of<false>(both), Ints(), total);
        hn::Store(totals_of<true>(both), Ints(), total + kFourth);
      }
    for (const ColumnRun& run : runs)
      for (std::int64_t i = 0; i < run.count; ++i)
        sums[run.channel + i] += run.factor * totals[run.first + i];
    pairs += kBlockColumns;
    sums += job.planes.out_channels;
  }
}

/// Shift and add over the planes: 16-bit totals, which start anew, to the sums of their channels.
void spill(const BlockJob& job, Rows rows) {
  const std::vector<ColumnRun>& runs = job.planes.runs[static_cast<std::size_t>(job.block)];
  job.planes.out_channels % kFourth == 0 ? add_fourths(job, rows, runs) : add_runs(job, rows, runs);
  std::fill_n(job.short_totals, (rows.last - rows.first) * job.inputs.width * kBlockColumns,
              std::int16_t{0});
}

/// One stream of a tile at the positions of some rows, in kLanes columns from `column_lane` on.
template <typename Sums, typename Convert>
void convert_lanes(const BlockJob& job, const StreamView& view, const Convert& convert, Rows rows,
                   std::int64_t column_lane) {
  const Sums sums(job, view, column_lane);
  const Convert in_registers = convert;
  const ShortVector weight = hn::Set(Shorts(), static_cast<std::int16_t>(view.weight));
  std::int16_t* totals = job.short_totals + column_lane;
  for (std::int64_t y = rows.first; y < rows.last; ++y) {
    const std::int64_t row = y * job.inputs.pitch;
    for (std::int64_t lane = row; lane < row + job.inputs.width; ++lane, totals += kBlockColumns)
      if (view.active[lane] != 0) add_multiples(in_registers(sums(lane)), weight, totals);
  }
  if (job.counter != nullptr && job.counter->lanes() != nullptr)
    count_waiting(job, view, column_lane);
}

template <typename Sums, typename Convert>
void convert_stream(const BlockJob& job, const StreamView& view, const Convert& convert,
                    Rows rows) {
  for (std::int64_t lane = 0; lane < kBlockColumns; lane += kLanes)
    convert_lanes<Sums>(job, view, convert, rows, lane);
}

template <typename Convert>
void convert_shape(const BlockJob& job, const StreamView& view, const Convert& convert, Rows rows) {
#if HWY_TARGET == HWY_AVX3_DL
  if (job.inputs.as_digits) return convert_stream<DotSums>(job, view, convert, rows);
#endif
  if (!job.table.byte_sums) return convert_stream<WideSums>(job, view, convert, rows);
  switch (shape_of(view.products)) {
    case SumShape::kOnes:
      return convert_stream<ByteSums<SumShape::kOnes> >(job, view, convert, rows);
    case SumShape::kTwiceOnes:
      return convert_stream<ByteSums<SumShape::kTwiceOnes> >(job, view, convert, rows);
    case SumShape::kDifference:
      return convert_stream<ByteSums<SumShape::kDifference> >(job, view, convert, rows);
    case SumShape::kAny:
      return convert_stream<ByteSums<SumShape::kAny> >(job, view, convert, rows);
  }
}

template <typename Convert>
void convert_rows(const BlockJob& job, const std::vector<StreamView>& views, const Convert& convert,
                  Rows rows) {
  const std::int64_t streams = std::ssize(job.streams);
  const std::int64_t most = std::max<std::int64_t>(job.table.tiles_in_short * streams, 1);
  std::int64_t held = 0;
  for (const StreamView& view : views) {
    if (held++ == most) {
      spill(job, rows);
      held = 1;
    }
    convert_shape(job, view, convert, rows);
  }
  spill(job, rows);
}

/// A few rows at a time, so that their totals stay in the first cache.
template <typename Convert>
void convert_bytes(const BlockJob& job) {
  constexpr std::int64_t kPositions = 32;
  const Convert convert(job.table);
  const std::vector<StreamView> views = views_of(job);
  const std::int64_t rows =
      std::clamp<std::int64_t>(kPositions / job.inputs.width, 1, job.inputs.rows);
  std::fill_n(job.short_totals, rows * job.inputs.width * kBlockColumns, std::int16_t{0});
  for (std::int64_t first = 0; first < job.inputs.rows; first += rows)
    convert_rows(job, views, convert, {first, std::min(first + rows, job.inputs.rows)});
}

void look_up(const BlockJob& job) {
#if HWY_TARGET == HWY_AVX3_DL
  const int entries = job.table.last - job.table.first + 1;
  if (entries <= Permutation::kMostEntries) return convert_bytes<Permutation>(job);
  if (entries <= LongPermutation::kMostEntries) return convert_bytes<LongPermutation>(job);
#endif
  convert_bytes<Lookup>(job);
}

void convert(const BlockJob& job) {
  switch (job.table.conversion) {
    case Conversion::kIdentity:
      return convert_bytes<Identity>(job);
    case Conversion::kSteps:
      return convert_bytes<Steps>(job);
    case Conversion::kLookup:
      return look_up(job);
    case Conversion::kDense:
      return convert_dense(job, sum_lanes);
  }
}

#endif

void sum([[maybe_unused]] const BlockJob& job, [[maybe_unused]] std::int32_t* totals) {
#if HWY_TARGET == HWY_AVX3_DL
  std::fill_n(totals, job.inputs.positions() * kBlockColumns, 0);
  for (const StreamView& view : views_of(job)) {
    const DotSums sums(job, view, 0);
    std::int32_t* total = totals;
    for (std::int64_t y = 0; y < job.inputs.rows; ++y)
      for (std::int64_t x = 0; x < job.inputs.width; ++x, total += kBlockColumns)
        sums.add_to(y * job.inputs.pitch + x, total);
  }
#else
  fail("instruction set {} has no dot products", HWY_TARGET);
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace bitline
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace bitline {

HWY_EXPORT(convert);
HWY_EXPORT(sum);

void convert_block(const BlockJob& job) { HWY_DYNAMIC_DISPATCH(convert)(job); }

void sum_block(const BlockJob& job, std::int32_t* totals) {
  HWY_DYNAMIC_DISPATCH(sum)(job, totals);
}

}  // namespace bitline
#endif
