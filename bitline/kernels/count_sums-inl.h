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

/// Moves what is counted in bytes to 32-bit counts.
inline void spill_bytes(LaneCounter::Counts& counts, std::int64_t sums) {
  counts.positions_in_bytes = 0;
  for (std::int64_t lane = 0; lane < sums * kBlockColumns; lane += kLanes) {
    std::uint8_t* bytes = counts.bytes + lane;
    if (hn::AllTrue(Bytes(), hn::Eq(hn::Load(Bytes(), bytes), hn::Zero(Bytes())))) continue;
    for (std::int64_t i = 0; i < kLanes; ++i) counts.all[lane + i] += bytes[i];
    hn::Store(hn::Zero(Bytes()), Bytes(), bytes);
  }
}

/// A bit for each of the eight values from `first` on, in the lanes that hold it.
struct ValueBits {
  explicit ValueBits(int first_value)
      : first(hn::Set(Bytes(), static_cast<std::uint8_t>(first_value))) {}

  HWY_INLINE ByteVector operator()(ByteVector index) const {
    alignas(16) static constexpr std::uint8_t kBits[16] = {1, 2, 4, 8, 16, 32, 64, 128};
    const ByteVector value = hn::Min(hn::Sub(index, first), hn::Set(Bytes(), std::uint8_t{8}));
    return hn::TableLookupBytes(hn::LoadDup128(Bytes(), kBits), value);
  }
  ByteVector first;
};

/// Counts bits, lane by lane, in binary numbers that lie across vectors: digits[i] has the bits of
/// 2^i. Adds the bits of the next 2^kDigits vectors and returns those that are carried.
template <int kDigits, typename Next>
HWY_INLINE ByteVector add_bits(ByteVector* digits, const Next& next) {
  if constexpr (kDigits == 0) {
    return next();
  } else {
    const ByteVector a = add_bits<kDigits - 1>(digits, next);
    const ByteVector b = add_bits<kDigits - 1>(digits, next);
    ByteVector& digit = digits[kDigits - 1];
    const ByteVector either = hn::Xor(a, b);
    const ByteVector carried = hn::OrAnd(hn::And(a, b), digit, either);
    digit = hn::Xor(either, digit);
    return carried;
  }
}

/// Adds to counts how often each of the eight values from `first` on occurs in `positions` vectors,
/// a multiple of kPositionsAtOnce.
HWY_INLINE void count_values(const std::uint8_t* indices, std::int64_t positions, int first,
                             std::uint8_t* counts) {
  constexpr int kDigits = 4;
  static_assert(LaneCounter::kPositionsAtOnce == 1 << kDigits);
  const ValueBits bits_of(first);
  ByteVector digits[kDigits];
  ByteVector counted[LaneCounter::kValuesAtOnce];
  for (ByteVector& digit : digits) digit = hn::Zero(Bytes());
  for (int i = 0; i < LaneCounter::kValuesAtOnce; ++i)
    counted[i] = hn::Load(Bytes(), counts + i * kBlockColumns);
  const auto add = [&](ByteVector bits, int weight) HWY_ATTR {
    const ByteVector added = hn::Set(Bytes(), static_cast<std::uint8_t>(weight));
    for (int i = 0; i < LaneCounter::kValuesAtOnce; ++i) {
      const ByteVector bit = hn::Set(Bytes(), static_cast<std::uint8_t>(1 << i));
      counted[i] = hn::IfThenElse(hn::TestBit(bits, bit), hn::Add(counted[i], added), counted[i]);
    }
  };
  for (const std::uint8_t* end = indices + positions * kLanes; indices != end;) {
    const auto next = [&]() HWY_ATTR {
      const ByteVector bits = bits_of(hn::Load(Bytes(), indices));
      indices += kLanes;
      return bits;
    };
    add(add_bits<kDigits>(digits, next), 1 << kDigits);
  }
  for (int i = 0; i < kDigits; ++i) add(digits[i], 1 << i);
  for (int i = 0; i < LaneCounter::kValuesAtOnce; ++i)
    hn::Store(counted[i], Bytes(), counts + i * kBlockColumns);
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
  // Fewer positions or more values than these take fewer steps lane by lane.
  constexpr std::int64_t kFewPositions = 6;
  constexpr int kManyValues = 160;
  LaneCounter& counter = *job.counter->lanes();
  std::int64_t positions = std::exchange(counter.waiting_positions, 0);
  if (positions == 0) return;
  std::uint8_t* indices = counter.waiting();
  LaneCounter::Counts& counts =
      counter.counts(job.counter->part(view.tile, view.stream), job.block);
  const IndexRange range(indices, positions);
  if (positions < kFewPositions || range.largest - range.smallest >= kManyValues) {
    for (std::int64_t i = 0; i < positions * kLanes; ++i)
      ++counts.all[indices[i] * kBlockColumns + column_lane + i % kLanes];
    return;
  }
  if (counts.positions_in_bytes + positions > 255) spill_bytes(counts, counter.sums());
  counts.positions_in_bytes += positions;
  // Positions that no value from the smallest one on can have.
  const ByteVector none = hn::Set(Bytes(), static_cast<std::uint8_t>(range.smallest - 1));
  for (; positions % LaneCounter::kPositionsAtOnce != 0; ++positions)
    hn::Store(none, Bytes(), indices + positions * kLanes);
  for (int value = range.smallest; value <= range.largest; value += LaneCounter::kValuesAtOnce)
    count_values(indices, positions, value, counts.bytes + value * kBlockColumns + column_lane);
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
