// Partial sums of one stream, kLanes columns at a time. Part of the kernel, compiled once for each
// instruction set.
#if defined(BITLINE_KERNELS_BIT_SUMS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BITLINE_KERNELS_BIT_SUMS_INL_H_
#undef BITLINE_KERNELS_BIT_SUMS_INL_H_
#else
#define BITLINE_KERNELS_BIT_SUMS_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <utility>

#include "bitline/kernels/block_parts.h"

// Scalar has kernels of its own, but includes this: the guard above counts instruction sets.
#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
HWY_BEFORE_NAMESPACE();
namespace bitline {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Bytes = hn::CappedTag<std::uint8_t, kBlockColumns>;
using Shorts = hn::Repartition<std::int16_t, Bytes>;
using Ints = hn::Repartition<std::int32_t, Bytes>;
using Words = hn::Repartition<std::uint64_t, Bytes>;
using NarrowInts = hn::Rebind<std::uint8_t, Ints>;
using HalfShorts = hn::Rebind<std::int16_t, Ints>;
using HalfBytes = hn::Rebind<std::uint8_t, Shorts>;
using ByteVector = hn::Vec<Bytes>;
using ShortVector = hn::Vec<Shorts>;

constexpr std::int64_t kLanes = static_cast<std::int64_t>(hn::MaxLanes(Bytes()));
constexpr std::int64_t kIntLanes = static_cast<std::int64_t>(hn::MaxLanes(Ints()));

/// The inputs of one row byte, for all columns.
HWY_INLINE ByteVector input_of(const std::uint64_t* word) {
  return hn::BitCast(Bytes(), hn::Set(Words(), *word));
}

HWY_INLINE ByteVector count_byte(const std::uint8_t* cells, ByteVector input) {
  return hn::PopulationCount(hn::And(hn::Load(Bytes(), cells), input));
}

/// Ones of cells AND inputs over `count` row bytes, modulo 256; the words lie `stride` apart.
HWY_INLINE ByteVector count_ones(const std::uint8_t* cells, const std::uint64_t* words,
                                 std::int64_t stride, std::int64_t count) {
  ByteVector even = hn::Zero(Bytes());
  ByteVector odd = even;
  for (; count >= 4; count -= 4, cells += 4 * kBlockColumns, words += 4 * stride) {
    even = hn::Add(even, count_byte(cells, input_of(words)));
    odd = hn::Add(odd, count_byte(cells + kBlockColumns, input_of(words + stride)));
    even = hn::Add(even, count_byte(cells + 2 * kBlockColumns, input_of(words + 2 * stride)));
    odd = hn::Add(odd, count_byte(cells + 3 * kBlockColumns, input_of(words + 3 * stride)));
  }
  for (; count > 0; --count, cells += kBlockColumns, words += stride)
    even = hn::Add(even, count_byte(cells, input_of(words)));
  return hn::Add(even, odd);
}

/// Ones with `positive` less ones with `negative`, likewise.
HWY_INLINE ByteVector count_difference(const std::uint8_t* positive, const std::uint8_t* negative,
                                       const std::uint64_t* words, std::int64_t stride,
                                       std::int64_t count) {
  ByteVector plus = hn::Zero(Bytes());
  ByteVector minus = plus;
  for (; count >= 2; count -= 2, words += 2 * stride) {
    const ByteVector input = input_of(words);
    const ByteVector next = input_of(words + stride);
    plus = hn::Add(plus, count_byte(positive, input));
    minus = hn::Add(minus, count_byte(negative, input));
    plus = hn::Add(plus, count_byte(positive + kBlockColumns, next));
    minus = hn::Add(minus, count_byte(negative + kBlockColumns, next));
    positive += 2 * kBlockColumns;
    negative += 2 * kBlockColumns;
  }
  if (count == 0) return hn::Sub(plus, minus);
  const ByteVector input = input_of(words);
  plus = hn::Add(plus, count_byte(positive, input));
  minus = hn::Add(minus, count_byte(negative, input));
  return hn::Sub(plus, minus);
}

/// The products that a stream's sum consists of.
enum class SumShape {
  kOnes,        ///< cells of 0/1, inputs of 0/1
  kTwiceOnes,   ///< cells of −1/+1, inputs of 0/1
  kDifference,  ///< pairs of cells of 0/1, inputs of 0/1
  kAny,
};

inline SumShape shape_of(const std::vector<BitProduct>& products) {
  const bool first_is_positive = !products.empty() && !products[0].negative;
  if (products.size() == 1 && first_is_positive && products[0].level == 0) return SumShape::kOnes;
  if (products.size() == 1 && first_is_positive && products[0].level == 1)
    return SumShape::kTwiceOnes;
  const bool is_pair = products.size() == 2 && first_is_positive && products[1].negative &&
                       products[0].level == 0 && products[1].level == 0 &&
                       products[0].input_plane == products[1].input_plane;
  return is_pair ? SumShape::kDifference : SumShape::kAny;
}

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

/// Table indices of sums of which all fit bytes, for kLanes columns from `column_lane` on.
template <SumShape kShape>
class ByteSums {
 public:
  ByteSums(const BlockJob& job, const StreamView& view, std::int64_t column_lane)
      : job_(job),
        view_(view),
        column_lane_(column_lane),
        start_(hn::Set(Bytes(), static_cast<std::uint8_t>(-job.table.origin))) {
    if (kShape == SumShape::kAny) return;
    cells_ = view.cells_of(view.products[0]) + column_lane;
    words_ = view.words_of(view.products[0]);
    if (kShape == SumShape::kDifference)
      negative_cells_ = view.cells_of(view.products[1]) + column_lane;
  }

  HWY_INLINE ByteVector operator()(std::int64_t position_lane) const {
    const ByteVector index = hn::Add(sums(position_lane), start(position_lane));
    if (job_.counter != nullptr) count_indices(job_, view_, column_lane_, index);
    return index;
  }

 private:
  /// What a sum's index starts from: digit_base · Σ_r x_j[r] − origin.
  HWY_INLINE ByteVector start(std::int64_t position_lane) const {
    if (kShape == SumShape::kOnes || kShape == SumShape::kDifference) return start_;
    const std::int64_t base = job_.planes.digit_base * view_.digit_sums[position_lane];
    return hn::Set(Bytes(), static_cast<std::uint8_t>(base - job_.table.origin));
  }

  HWY_INLINE ByteVector sums(std::int64_t position_lane) const {
    const std::uint64_t* words = words_ + position_lane;
    if (kShape == SumShape::kOnes) return count_ones(cells_, words, view_.lanes, view_.bytes);
    if (kShape == SumShape::kDifference)
      return count_difference(cells_, negative_cells_, words, view_.lanes, view_.bytes);
    if (kShape == SumShape::kTwiceOnes) {
      const ByteVector ones = count_ones(cells_, words, view_.lanes, view_.bytes);
      return hn::Add(ones, ones);
    }
    return sums_of_products(position_lane);
  }

  /// By Horner's rule over the levels.
  HWY_INLINE ByteVector sums_of_products(std::int64_t position_lane) const {
    ByteVector sums = hn::Zero(Bytes());
    int level = view_.products.empty() ? 0 : view_.products.front().level;
    for (const BitProduct& product : view_.products) {
      for (; level > product.level; --level) sums = hn::Add(sums, sums);
      const ByteVector ones =
          count_ones(view_.cells_of(product) + column_lane_,
                     view_.words_of(product) + position_lane, view_.lanes, view_.bytes);
      sums = product.negative ? hn::Sub(sums, ones) : hn::Add(sums, ones);
    }
    for (; level > 0; --level) sums = hn::Add(sums, sums);
    return sums;
  }

  const BlockJob& job_;
  const StreamView& view_;
  std::int64_t column_lane_;
  ByteVector start_;  // where no cell is −1 for an input of any value
  const std::uint8_t* cells_ = nullptr;
  const std::uint8_t* negative_cells_ = nullptr;
  const std::uint64_t* words_ = nullptr;
};

/// How many of the ascending thresholds each lane reaches.
HWY_INLINE ShortVector count_reached(ShortVector n, const std::vector<std::int16_t>& thresholds) {
  const Shorts shorts;
  ShortVector reached = hn::Set(shorts, static_cast<std::int16_t>(thresholds.size()));
  for (const std::int16_t threshold : thresholds)
    reached = hn::Add(reached, hn::VecFromMask(shorts, hn::Gt(hn::Set(shorts, threshold), n)));
  return reached;
}

/// Sums of any size, for kLanes columns from `column_lane` on.
class WideSums {
 public:
  WideSums(const BlockJob& job, const StreamView& view, std::int64_t column_lane)
      : job_(job), view_(view), column_lane_(column_lane) {}

  /// Indices in the table's window.
  HWY_INLINE ByteVector operator()(std::int64_t position_lane) const {
    alignas(64) std::int32_t sums[kBlockColumns];
    store(position_lane, sums);
    const Ints ints;
    const auto origin = hn::Set(ints, static_cast<std::int32_t>(job_.table.origin));
    alignas(64) std::uint8_t indices[kBlockColumns];
    for (std::int64_t i = 0; i < kLanes; i += 2 * kIntLanes) {
      const auto low = hn::Sub(hn::Load(ints, sums + i), origin);
      const auto high = hn::Sub(hn::Load(ints, sums + i + kIntLanes), origin);
      const auto index = index_of(
          hn::Combine(Shorts(), hn::DemoteTo(HalfShorts(), high), hn::DemoteTo(HalfShorts(), low)));
      hn::Store(hn::DemoteTo(HalfBytes(), index), HalfBytes(), indices + i);
    }
    return hn::Load(Bytes(), indices);
  }

  /// The sums themselves.
  HWY_INLINE void store(std::int64_t position_lane, std::int32_t* HWY_RESTRICT sums) const {
    const Ints ints;
    const std::int64_t base = job_.planes.digit_base * view_.digit_sums[position_lane];
    for (std::int64_t i = 0; i < kLanes; i += kIntLanes)
      hn::Store(hn::Set(ints, static_cast<std::int32_t>(base)), ints, sums + i);
    for (const BitProduct& product : view_.products) add(product, position_lane, sums);
    if (job_.counter != nullptr)
      job_.counter->add(job_.block, view_.tile, view_.stream, column_lane_, kLanes, 0, sums);
  }

 private:
  /// In the table's window, from p − origin.
  HWY_INLINE ShortVector index_of(ShortVector n) const {
    const PreparedTable& table = job_.table;
    if (!table.thresholds.empty()) return count_reached(n, table.thresholds);
    return hn::Min(n, hn::Set(Shorts(), std::int16_t{table.last}));  // demoting takes care of < 0
  }

  HWY_INLINE void add(const BitProduct& product, std::int64_t position_lane,
                      std::int32_t* HWY_RESTRICT sums) const {
    const Ints ints;
    const std::uint8_t* cells = view_.cells_of(product) + column_lane_;
    const std::uint64_t* words = view_.words_of(product) + position_lane;
    alignas(64) std::uint8_t ones[kBlockColumns];
    for (std::int64_t first = 0; first < view_.bytes; first += kCountableBytes) {
      hn::Store(count_ones(cells + first * kBlockColumns, words + first * view_.lanes, view_.lanes,
                           std::min(kCountableBytes, view_.bytes - first)),
                Bytes(), ones);
      for (std::int64_t i = 0; i < kLanes; i += kIntLanes) {
        const auto wide = hn::PromoteTo(ints, hn::Load(NarrowInts(), ones + i));
        const auto term = hn::ShiftLeftSame(wide, product.level);
        const auto sum = hn::Load(ints, sums + i);
        hn::Store(product.negative ? hn::Sub(sum, term) : hn::Add(sum, term), ints, sums + i);
      }
    }
  }

  const BlockJob& job_;
  const StreamView& view_;
  std::int64_t column_lane_;
};

}  // namespace HWY_NAMESPACE
}  // namespace bitline
HWY_AFTER_NAMESPACE();
#endif

#endif
