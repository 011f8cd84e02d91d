#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bitline/kernels/collect_position.cc"
#include "bitline/kernels/highway_targets.h"
// Includes this file once for each instruction set.
#include <hwy/foreach_target.h>
// After foreach_target.h.
#include <hwy/highway.h>

#include "bitline/kernels/block_parts.h"
#include "bitline/kernels/column_histogram.h"
#include "bitline/kernels/dot_sums-inl.h"
#include "bitline/kernels/weighted_histogram.h"

HWY_BEFORE_NAMESPACE();
namespace bitline {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128

template <typename Sink>
void collect_stream(const BlockJob& job, const StreamView& view, std::int64_t position_lane,
                    const Sink& sink) {
  std::array<std::int32_t, kBlockColumns> sums;
  sum_portably(job, view, position_lane, sums.data());
  for (std::int32_t& sum : sums) sum -= static_cast<std::int32_t>(job.table.origin);
  sink(view, sums.data());
}

#else

template <typename Sums, typename Sink>
void collect_bytes(const BlockJob& job, const StreamView& view, std::int64_t position_lane,
                   const Sink& sink) {
  alignas(64) std::uint8_t indices[kBlockColumns];
  for (std::int64_t lane = 0; lane < kBlockColumns; lane += kLanes)
    hn::Store(Sums(job, view, lane)(position_lane), Bytes(), indices + lane);
  sink(view, indices);
}

template <typename Sink>
void collect_wide(const BlockJob& job, const StreamView& view, std::int64_t position_lane,
                  const Sink& sink) {
  alignas(64) std::int32_t sums[kBlockColumns];
  sum_lanes(job, view, position_lane, sums);
  for (std::int32_t& sum : sums) sum -= static_cast<std::int32_t>(job.table.origin);
  sink(view, sums);
}

template <typename Sink>
void collect_stream(const BlockJob& job, const StreamView& view, std::int64_t position_lane,
                    const Sink& sink) {
  if (!job.table.byte_sums) return collect_wide(job, view, position_lane, sink);
#if HWY_TARGET == HWY_AVX3_DL
  if (job.inputs.form == InputForm::kDigits)
    return collect_bytes<DotSums>(job, view, position_lane, sink);
#endif
  switch (shape_of(view.products)) {
    case SumShape::kOnes:
      return collect_bytes<ByteSums<SumShape::kOnes> >(job, view, position_lane, sink);
    case SumShape::kTwiceOnes:
      return collect_bytes<ByteSums<SumShape::kTwiceOnes> >(job, view, position_lane, sink);
    case SumShape::kDifference:
      return collect_bytes<ByteSums<SumShape::kDifference> >(job, view, position_lane, sink);
    case SumShape::kAny:
      return collect_bytes<ByteSums<SumShape::kAny> >(job, view, position_lane, sink);
  }
}

#endif

template <typename Sink>
void collect(const BlockJob& job, std::int64_t position_lane, const Sink& sink) {
  for (std::size_t tile = 0; tile < job.planes.tiles.size(); ++tile)
    for (const StreamProducts& stream : job.streams) {
      const StreamView view = view_of(job, tile, stream);
      if (view.active[position_lane] != 0) collect_stream(job, view, position_lane, sink);
    }
}

void collect_weighted(const BlockJob& job, std::int64_t position_lane,
                      WeightedHistogram& histogram) {
  collect(job, position_lane, [&](const StreamView& view, const auto* indices) {
    histogram.add(job.block, static_cast<std::int32_t>(view.weight), view.signs, indices);
  });
}

void collect_by_column(const BlockJob& job, std::int64_t position_lane, std::int64_t bins,
                       std::uint32_t* counts) {
  collect(job, position_lane, [&](const StreamView& view, const auto* indices) {
    std::uint32_t* of_tile = counts + static_cast<std::int64_t>(view.tile) * bins * kBlockColumns;
    const auto weight = static_cast<std::uint32_t>(view.weight * view.weight);
    for (std::int64_t lane = 0; lane < kBlockColumns; ++lane)
      of_tile[std::int64_t{indices[lane]} * kBlockColumns + lane] += weight;
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace bitline
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace bitline {

HWY_EXPORT(collect_weighted);
HWY_EXPORT(collect_by_column);

void collect_block(const BlockJob& job, std::int64_t position_lane, WeightedHistogram& histogram) {
  HWY_DYNAMIC_DISPATCH(collect_weighted)(job, position_lane, histogram);
}

void collect_columns(const BlockJob& job, std::int64_t position_lane, std::int64_t bins,
                     std::uint32_t* counts) {
  HWY_DYNAMIC_DISPATCH(collect_by_column)(job, position_lane, bins, counts);
}

}  // namespace bitline
#endif
