// Sums of two columns at many positions, two counts to a byte. Part of the kernel, compiled once
// for each instruction set.
#if defined(BITLINE_KERNELS_PAIR_SUMS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BITLINE_KERNELS_PAIR_SUMS_INL_H_
#undef BITLINE_KERNELS_PAIR_SUMS_INL_H_
#else
#define BITLINE_KERNELS_PAIR_SUMS_INL_H_
#endif

#include <utility>

#include "bitline/kernels/column_pairs.h"
#include "bitline/kernels/count_ones-inl.h"

// Scalar has no such kernel, but includes this: the guard above counts instruction sets.
#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
HWY_BEFORE_NAMESPACE();
namespace bitline {
namespace HWY_NAMESPACE {

/// Vectors of nibbles that are looked up in the same tables: their totals fill the registers.
constexpr std::int64_t kNibblesAtOnce = 4;

/// Table indices of both columns, modulo 256.
struct PairStart {
  std::uint8_t a = 0;
  std::uint8_t b = 0;
};

/// Two sums in one: `total` is Σ (A + 16 B) modulo 256, and `upper` tells A from B again. With byte
/// shifts, `upper` is Σ B; else Σ of the upper nibbles as a shift of 16 bits yields them, whose
/// even bytes are B + 16 A of the odd ones, and whose odd bytes are B.
#if HWY_TARGET == HWY_NEON
HWY_INLINE ByteVector upper_nibbles(ByteVector counts) { return hn::ShiftRight<4>(counts); }
HWY_INLINE ByteVector times_16(ByteVector bytes) { return hn::ShiftLeft<4>(bytes); }
HWY_INLINE ByteVector first_upper(PairStart start) { return hn::Set(Bytes(), start.b); }
HWY_INLINE ByteVector index_of_b(ByteVector /*total*/, ByteVector upper) { return upper; }
#else
using UnsignedShorts = hn::RebindToUnsigned<Shorts>;

HWY_INLINE ByteVector upper_nibbles(ByteVector counts) {
  return hn::BitCast(Bytes(), hn::ShiftRight<4>(hn::BitCast(UnsignedShorts(), counts)));
}
HWY_INLINE ByteVector times_16(ByteVector bytes) {
  const auto shifted = hn::BitCast(Bytes(), hn::ShiftLeft<4>(hn::BitCast(UnsignedShorts(), bytes)));
  return hn::And(shifted, hn::Set(Bytes(), std::uint8_t{0xF0}));
}
HWY_INLINE ByteVector first_upper(PairStart start) {
  const int even = static_cast<std::uint8_t>(start.b + 16 * start.a);
  return hn::BitCast(Bytes(),
                     hn::Set(UnsignedShorts(), static_cast<std::uint16_t>(even | start.b << 8)));
}
/// A of the odd bytes comes first: 16 times that is too much in the even ones.
HWY_INLINE ByteVector index_of_b(ByteVector total, ByteVector upper) {
  const auto odd_a = hn::BitCast(UnsignedShorts(), hn::Sub(total, times_16(upper)));
  const auto too_much =
      hn::And(hn::ShiftRight<4>(odd_a), hn::Set(UnsignedShorts(), std::uint16_t{0xF0}));
  return hn::Sub(upper, hn::BitCast(Bytes(), too_much));
}
#endif

HWY_INLINE ByteVector first_total(PairStart start) {
  return hn::Set(Bytes(), static_cast<std::uint8_t>(start.a + 16 * start.b));
}

/// The sums of a pair at some vectors of positions.
template <typename Vectors>
class PairTotals;

// Every index is known when it is compiled: the totals stay in registers.
template <std::int64_t... kVector>
class PairTotals<std::integer_sequence<std::int64_t, kVector...> > {
 public:
  HWY_INLINE explicit PairTotals(PairStart start)
      : total_{(static_cast<void>(kVector), first_total(start))...},
        upper_{(static_cast<void>(kVector), first_upper(start))...} {}

  /// The counts of one, two or three row groups: 3 · 4 fits a nibble.
  HWY_INLINE void add_one(const std::uint8_t* tables, const std::uint8_t* nibbles) {
    const ByteVector first = table(tables, 0);
    (..., add<kVector>(look_up(first, nibbles, kVector)));
  }
  HWY_INLINE void add_two(const std::uint8_t* tables, const std::uint8_t* nibbles,
                          std::int64_t stride) {
    const ByteVector first = table(tables, 0);
    const ByteVector second = table(tables, 1);
    (..., add<kVector>(hn::Add(look_up(first, nibbles, kVector),
                               look_up(second, nibbles + stride, kVector))));
  }
  HWY_INLINE void add_three(const std::uint8_t* tables, const std::uint8_t* nibbles,
                            std::int64_t stride) {
    const ByteVector first = table(tables, 0);
    const ByteVector second = table(tables, 1);
    const ByteVector third = table(tables, 2);
    (..., add<kVector>(hn::Add(
              hn::Add(look_up(first, nibbles, kVector), look_up(second, nibbles + stride, kVector)),
              look_up(third, nibbles + 2 * stride, kVector))));
  }

  HWY_INLINE void store(std::uint8_t* a, std::uint8_t* b) const {
    (..., store_one<kVector>(a + kVector * kLanes, b + kVector * kLanes));
  }

 private:
  static HWY_INLINE ByteVector table(const std::uint8_t* tables, std::int64_t group) {
    return hn::LoadDup128(Bytes(), tables + group * kTableEntries);
  }
  static HWY_INLINE ByteVector look_up(ByteVector table, const std::uint8_t* nibbles,
                                       std::int64_t vector) {
    return hn::TableLookupBytes(table, hn::Load(Bytes(), nibbles + vector * kLanes));
  }
  template <std::int64_t kOne>
  HWY_INLINE void add(ByteVector counts) {
    total_[kOne] = hn::Add(total_[kOne], counts);
    upper_[kOne] = hn::Add(upper_[kOne], upper_nibbles(counts));
  }
  template <std::int64_t kOne>
  HWY_INLINE void store_one(std::uint8_t* a, std::uint8_t* b) const {
    const ByteVector of_b = index_of_b(total_[kOne], upper_[kOne]);
    hn::Store(hn::Sub(total_[kOne], times_16(of_b)), Bytes(), a);
    hn::Store(of_b, Bytes(), b);
  }

  ByteVector total_[sizeof...(kVector)];
  ByteVector upper_[sizeof...(kVector)];
};

/// The tables of a pair of columns in one tile.
class PairTables {
 public:
  /// `stride`: from the nibbles of one row group to the next one's. The indices of b come
  /// `b_offset` behind those of a.
  PairTables(const std::uint8_t* tables, std::int64_t groups, PairStart start, std::int64_t stride,
             std::int64_t b_offset)
      : tables_(tables), groups_(groups), start_(start), stride_(stride), b_offset_(b_offset) {}

  /// Indices of `count` vectors of nibbles that follow each other.
  void sum(const std::uint8_t* nibbles, std::int64_t count, std::uint8_t* indices) const {
    for (; count >= kNibblesAtOnce; count -= kNibblesAtOnce) {
      sum_few<kNibblesAtOnce>(nibbles, indices);
      nibbles += kNibblesAtOnce * kLanes;
      indices += kNibblesAtOnce * kLanes;
    }
    if (count == 3) sum_few<3>(nibbles, indices);
    if (count == 2) sum_few<2>(nibbles, indices);
    if (count == 1) sum_few<1>(nibbles, indices);
  }

 private:
  template <std::int64_t kVectors>
  HWY_NOINLINE void sum_few(const std::uint8_t* nibbles, std::uint8_t* indices) const {
    const std::uint8_t* tables = tables_;
    const std::int64_t stride = stride_;
    PairTotals<std::make_integer_sequence<std::int64_t, kVectors> > totals(start_);
    // What is left of threes comes first, so that the loop's registers are those that are stored.
    const std::int64_t rest = groups_ % 3;
    if (rest == 1) totals.add_one(tables, nibbles);
    if (rest == 2) totals.add_two(tables, nibbles, stride);
    tables += rest * kTableEntries;
    nibbles += rest * stride;
    for (std::int64_t threes = groups_ / 3; threes > 0; --threes) {
      totals.add_three(tables, nibbles, stride);
      tables += 3 * kTableEntries;
      nibbles += 3 * stride;
    }
    totals.store(indices, indices + b_offset_);
  }

  const std::uint8_t* tables_;
  std::int64_t groups_;
  PairStart start_;
  std::int64_t stride_;
  std::int64_t b_offset_;
};

/// 16-bit halves of bytes: those of even lanes, and those of odd ones.
HWY_INLINE ShortVector even_of(ByteVector bytes) {
  return hn::And(hn::BitCast(Shorts(), bytes), hn::Set(Shorts(), std::int16_t{0xFF}));
}
HWY_INLINE ShortVector odd_of(ByteVector bytes) {
  const hn::RebindToUnsigned<Shorts> bits;
  return hn::BitCast(Shorts(), hn::ShiftRight<8>(hn::BitCast(bits, bytes)));
}

/// Calls write(totals, sums) for kLanes neighbouring lanes, a vector of 32 bits at a time.
template <typename Write>
HWY_INLINE void widen(ShortVector even, ShortVector odd, std::int32_t* sums, const Write& write) {
  alignas(64) std::int16_t in_order[kLanes];
  hn::StoreInterleaved2(even, odd, Shorts(), in_order);
  for (std::int64_t i = 0; i < kLanes; i += kIntLanes)
    write(hn::PromoteTo(Ints(), hn::Load(HalfShorts(), in_order + i)), sums + i);
}

}  // namespace HWY_NAMESPACE
}  // namespace bitline
HWY_AFTER_NAMESPACE();
#endif

#endif
