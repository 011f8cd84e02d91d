// How often each sum occurs, lane by lane. Part of the kernel, compiled once for each instruction
// set.
#if defined(BITLINE_KERNELS_COUNT_SUMS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BITLINE_KERNELS_COUNT_SUMS_INL_H_
#undef BITLINE_KERNELS_COUNT_SUMS_INL_H_
#else
#define BITLINE_KERNELS_COUNT_SUMS_INL_H_
#endif

#include <utility>

#include "bitline/kernels/block_parts.h"
#include "bitline/kernels/count_ones-inl.h"

// Scalar has kernels of its own, but includes this: the guard above counts instruction sets.
#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
HWY_BEFORE_NAMESPACE();
namespace bitline {
namespace HWY_NAMESPACE {

/// Adds what the lanes have counted in a byte each to 32-bit counts.
HWY_INLINE void add_bytes(ByteVector bytes, std::uint32_t* HWY_RESTRICT counts) {
  alignas(64) std::uint8_t counted[kLanes];
  hn::Store(bytes, Bytes(), counted);
  for (std::int64_t lane = 0; lane < kLanes; ++lane) counts[lane] += counted[lane];
}

/// Counts in registers how often each of kValues values from `first` on occurs in `positions`
/// vectors.
template <int kValues>
HWY_INLINE void count_values(const std::uint8_t* indices, std::int64_t positions, int first,
                             std::uint32_t* counts) {
  const ByteVector one = hn::Set(Bytes(), std::uint8_t{1});
  ByteVector values[kValues];
  ByteVector counted[kValues];
  for (int i = 0; i < kValues; ++i) {
    values[i] = hn::Set(Bytes(), static_cast<std::uint8_t>(first + i));
    counted[i] = hn::Zero(Bytes());
  }
  for (std::int64_t position = 0; position < positions; ++position) {
    const ByteVector index = hn::Load(Bytes(), indices + position * kLanes);
    for (int i = 0; i < kValues; ++i)
      counted[i] = hn::IfThenElse(hn::Eq(index, values[i]), hn::Add(counted[i], one), counted[i]);
  }
  for (int i = 0; i < kValues; ++i) add_bytes(counted[i], counts + i * kBlockColumns);
}

/// Smallest and largest of `positions` vectors of indices.
struct IndexRange {
  IndexRange(const std::uint8_t* indices, std::int64_t positions) {
    ByteVector low = hn::Load(Bytes(), indices);
    ByteVector high = low;
    for (std::int64_t position = 1; position < positions; ++position) {
      const ByteVector index = hn::Load(Bytes(), indices + position * kLanes);
      low = hn::Min(low, index);
      high = hn::Max(high, index);
    }
    const auto lower = [](auto a, auto b) { return hn::Min(a, b); };
    const auto higher = [](auto a, auto b) { return hn::Max(a, b); };
    const UnsignedInts ints;
    smallest = static_cast<int>(hn::GetLane(hn::MinOfLanes(ints, fold(low, lower))));
    largest = static_cast<int>(hn::GetLane(hn::MaxOfLanes(ints, fold(high, higher))));
  }

  int smallest, largest;

 private:
  using UnsignedShorts = hn::RebindToUnsigned<Shorts>;
  using UnsignedInts = hn::RebindToUnsigned<Ints>;

  /// Four bytes to one, in 32 bits.
  template <typename Choose>
  static HWY_INLINE hn::Vec<UnsignedInts> fold(ByteVector bytes, const Choose& choose) {
    const auto both = hn::BitCast(UnsignedShorts(), bytes);
    const auto shorts = hn::BitCast(
        UnsignedInts(), choose(hn::And(both, hn::Set(UnsignedShorts(), std::uint16_t{0xFF})),
                               hn::ShiftRight<8>(both)));
    return choose(hn::And(shorts, hn::Set(UnsignedInts(), 0xFFFFU)), hn::ShiftRight<16>(shorts));
  }
};

/// Counts what waits, all of one stream and of the lanes from `column_lane` on.
inline HWY_NOINLINE void count_waiting(const BlockJob& job, const StreamView& view,
                                       std::int64_t column_lane) {
  // Beyond this many values, counting one lane after the other takes fewer steps.
  constexpr int kMostValues = 96;
  LaneCounter& counter = *job.counter->lanes();
  const std::int64_t positions = std::exchange(counter.waiting_positions, 0);
  if (positions == 0) return;
  const std::uint8_t* indices = counter.waiting();
  std::uint32_t* counts =
      counter.counts(job.counter->part(view.tile, view.stream), job.block) + column_lane;
  const IndexRange range(indices, positions);
  if (range.largest - range.smallest >= kMostValues) {
    for (std::int64_t i = 0; i < positions * kLanes; ++i)
      ++counts[indices[i] * kBlockColumns + i % kLanes];
    return;
  }
  constexpr int kAtOnce = LaneCounter::kValuesAtOnce;
  int value = range.smallest;
  for (; value + kAtOnce / 2 <= range.largest; value += kAtOnce)
    count_values<kAtOnce>(indices, positions, value, counts + value * kBlockColumns);
  if (value <= range.largest)
    count_values<kAtOnce / 2>(indices, positions, value, counts + value * kBlockColumns);
}

/// Counts what still waits at the end of a stream, if anything is counted.
HWY_INLINE void count_rest(const BlockJob& job, const StreamView& view, std::int64_t column_lane) {
  if (job.counter != nullptr && job.counter->lanes() != nullptr)
    count_waiting(job, view, column_lane);
}

/// Counts kLanes sums that fit bytes, given as p − origin; some wait for count_waiting().
HWY_INLINE void count_indices(const BlockJob& job, const StreamView& view, std::int64_t column_lane,
                              ByteVector index) {
  LaneCounter* counter = job.counter->lanes();
  if (counter != nullptr) {
    hn::Store(index, Bytes(), counter->waiting() + counter->waiting_positions * kLanes);
    if (++counter->waiting_positions == LaneCounter::kMostPositions)
      count_waiting(job, view, column_lane);
    return;
  }
  alignas(64) std::uint8_t indices[kBlockColumns];
  hn::Store(index, Bytes(), indices);
  job.counter->add(job.block, view.tile, view.stream, column_lane, kLanes, job.table.origin,
                   indices);
}

}  // namespace HWY_NAMESPACE
}  // namespace bitline
HWY_AFTER_NAMESPACE();
#endif

#endif
