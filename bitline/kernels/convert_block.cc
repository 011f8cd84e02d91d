#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bitline/kernels/convert_block.cc"
#include "bitline/kernels/highway_targets.h"
// Includes this file once for each instruction set.
#include <hwy/foreach_target.h>
// After foreach_target.h.
#include <hwy/highway.h>

#include <algorithm>
#include <utility>

#include "bitline/kernels/bit_sums-inl.h"
#include "bitline/kernels/block_parts.h"
#include "bitline/kernels/conversions-inl.h"
#include "bitline/kernels/dot_sums-inl.h"
#include "bitline/kernels/short_totals-inl.h"

HWY_BEFORE_NAMESPACE();
namespace bitline {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128

void convert(const BlockJob& job) { convert_portably(job); }

#else

/// One stream of a tile at the positions of some rows, in kLanes columns from `column_lane` on.
template <typename Sums, typename Convert>
void convert_lanes(const BlockJob& job, const StreamView& view, const Convert& convert, Rows rows,
                   std::int64_t column_lane) {
  const Sums sums(job, view, column_lane);
  const Convert in_registers = convert;
  const LaneWeights weights(view, column_lane);
  std::int16_t* totals = job.short_totals + column_lane;
  for (std::int64_t y = rows.first; y < rows.last; ++y) {
    const std::int64_t row = y * job.inputs.pitch;
    for (std::int64_t lane = row; lane < row + job.inputs.width; ++lane, totals += kBlockColumns)
      if (view.active[lane] != 0) add_multiples(in_registers(sums(lane)), weights, totals);
  }
  count_rest(job, view, column_lane);
}

template <typename Sums, typename Convert>
void convert_stream(const BlockJob& job, const StreamView& view, const Convert& convert,
                    Rows rows) {
  for (std::int64_t lane = 0; lane < kBlockColumns; lane += kLanes)
    convert_lanes<Sums>(job, view, convert, rows, lane);
}

#if HWY_TARGET == HWY_AVX3_DL
/// One stream of a tile from whole digits, likewise.
template <typename Convert>
void convert_digits(const BlockJob& job, const StreamView& view, const Convert& convert,
                    Rows rows) {
  const DotSums sums(job, view, 0);
  const DotSums::Sums start = sums.start(-job.table.origin);
  const Convert in_registers = convert;
  const LaneWeights weights(view, 0);
  std::int16_t* totals = job.short_totals;
  for_each_few(job, rows, [&](std::int64_t first, std::int64_t count) {
    const std::uint8_t* active = view.active + first;
    std::int16_t* total = std::exchange(totals, totals + count * kBlockColumns);
    if (std::count(active, active + count, 0) == count) return;
    DotSums::Sums few[DotSums::kAtOnce];
    sums.sum(first, first + count - 1, start, few);
    for (std::int64_t i = 0; i < count; ++i, total += kBlockColumns)
      if (active[i] != 0) add_multiples(in_registers(sums.index_of(few[i])), weights, total);
  });
  count_rest(job, view, 0);
}
#endif

/// A stream whose sums consist of one product.
template <SumShape kShape, typename Convert>
void convert_single(const BlockJob& job, const StreamView& view, const Convert& convert,
                    Rows rows) {
#if HWY_TARGET == HWY_AVX3_DL
  if (view.bytes == HeldCells::kBytes)
    return convert_stream<ByteSums<kShape, HeldCells> >(job, view, convert, rows);
#endif
  convert_stream<ByteSums<kShape> >(job, view, convert, rows);
}

template <typename Convert>
void convert_shape(const BlockJob& job, const StreamView& view, const Convert& convert, Rows rows) {
#if HWY_TARGET == HWY_AVX3_DL
  if (job.inputs.form == InputForm::kDigits) return convert_digits(job, view, convert, rows);
#endif
  if (!job.table.byte_sums) return convert_stream<WideSums>(job, view, convert, rows);
  switch (shape_of(view.products)) {
    case SumShape::kOnes:
      return convert_single<SumShape::kOnes>(job, view, convert, rows);
    case SumShape::kTwiceOnes:
      return convert_single<SumShape::kTwiceOnes>(job, view, convert, rows);
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
  clear_totals(job, rows);
  for (const StreamView& view : views) {
    if (held++ == most) {
      spill(job, rows);
      clear_totals(job, rows);
      held = 1;
    }
    convert_shape(job, view, convert, rows);
  }
  spill(job, rows);
}

/// A few rows at a time, so that their totals stay in the first cache; more where sums are counted,
/// which gains from many at once.
template <typename Convert>
void convert_bytes(const BlockJob& job, const Convert& convert) {
  const std::int64_t positions = job.counter == nullptr ? 32 : LaneCounter::kMostPositions;
  const std::vector<StreamView> views = views_of(job);
  const std::int64_t rows =
      std::clamp<std::int64_t>(positions / job.inputs.width, 1, job.inputs.rows);
  for (std::int64_t first = 0; first < job.inputs.rows; first += rows)
    convert_rows(job, views, convert, {first, std::min(first + rows, job.inputs.rows)});
}

void convert(const BlockJob& job) {
  switch (job.table.conversion) {
    case Conversion::kIdentity:
      return convert_bytes(job, Identity(job.table));
    case Conversion::kSteps:
      return convert_bytes(job, Steps(job.table));
    case Conversion::kLookup:
      return with_lookup(job.table, [&job](const auto& lookup) { convert_bytes(job, lookup); });
    case Conversion::kDense:
      return convert_dense(job, sum_lanes);
  }
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace bitline
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace bitline {

HWY_EXPORT(convert);

void convert_block(const BlockJob& job) { HWY_DYNAMIC_DISPATCH(convert)(job); }

}  // namespace bitline
#endif
