// From sums to multiples (PreparedTable), byte by byte. Part of the kernel, compiled once for each
// instruction set.
#if defined(BITLINE_KERNELS_CONVERSIONS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BITLINE_KERNELS_CONVERSIONS_INL_H_
#undef BITLINE_KERNELS_CONVERSIONS_INL_H_
#else
#define BITLINE_KERNELS_CONVERSIONS_INL_H_
#endif

#include "bitline/kernels/bit_sums-inl.h"

// Scalar has kernels of its own, but includes this: the guard above counts instruction sets.
#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
HWY_BEFORE_NAMESPACE();
namespace bitline {
namespace HWY_NAMESPACE {

/// Conversion::kIdentity.
struct Identity {
  explicit Identity(const PreparedTable&) {}
  HWY_INLINE ByteVector operator()(ByteVector index) const { return index; }
};

/// Conversion::kSteps. Steps that the table does not have are of height 0.
struct Steps {
  explicit Steps(const PreparedTable& table) {
    for (std::size_t i = 0; i < PreparedTable::kMostSteps; ++i) {
      const bool has = i < table.steps.size();
      const int threshold = has ? table.steps[i].threshold : 256;
      below[i] = hn::Set(Bytes(), static_cast<std::uint8_t>(threshold - 1));
      heights[i] = hn::Set(Bytes(), has ? table.steps[i].height : std::uint8_t{0});
    }
  }
  HWY_INLINE ByteVector operator()(ByteVector index) const {
    ByteVector multiple = hn::Zero(Bytes());
    for (std::size_t i = 0; i < PreparedTable::kMostSteps; ++i)
      multiple = hn::Add(multiple, hn::IfThenElseZero(hn::Gt(index, below[i]), heights[i]));
    return multiple;
  }
  ByteVector below[PreparedTable::kMostSteps];
  ByteVector heights[PreparedTable::kMostSteps];
};

/// Entry of the window in which the sum lies.
struct Window {
  explicit Window(const PreparedTable& table)
      : first(hn::Set(Bytes(), table.first)),
        last(hn::Set(Bytes(), static_cast<std::uint8_t>(table.last - table.first))) {}
  HWY_INLINE ByteVector operator()(ByteVector index) const {
    return hn::Min(hn::SaturatedSub(index, first), last);
  }
  ByteVector first, last;
};

/// Conversion::kLookup of up to sixteen entries.
struct ShortLookup {
  static constexpr int kMostEntries = 16;

  explicit ShortLookup(const PreparedTable& table)
      : window(table), multiples(hn::LoadDup128(Bytes(), table.multiples.data())) {}

  HWY_INLINE ByteVector operator()(ByteVector index) const {
    return hn::TableLookupBytes(multiples, window(index));
  }
  Window window;
  ByteVector multiples;
};

/// Of up to 32: each of two tables gives 0 for the other one's entries.
struct TwoLookups {
  static constexpr int kMostEntries = 32;

  explicit TwoLookups(const PreparedTable& table)
      : window(table),
        low(hn::LoadDup128(Bytes(), table.multiples.data())),
        high(hn::LoadDup128(Bytes(), table.multiples.data() + 16)) {}

  HWY_INLINE ByteVector operator()(ByteVector index) const {
    const Bytes bytes;
    const ByteVector entry = window(index);
    // Indices that yield 0: on x86 those from 128 on, so that 112 + 16 is the first; 112 + 15
    // counts as 15. NEON has no entry from 16 on. 0 − 16 is none on either.
#if HWY_TARGET == HWY_NEON
    const ByteVector in_low = entry;
#else
    const ByteVector in_low = hn::Add(entry, hn::Set(bytes, std::uint8_t{112}));
#endif
    const ByteVector in_high = hn::Sub(entry, hn::Set(bytes, std::uint8_t{16}));
    return hn::Or(hn::TableLookupBytesOr0(low, in_low), hn::TableLookupBytesOr0(high, in_high));
  }
  Window window;
  ByteVector low, high;
};

/// Of more, where PreparedTable::segments says how.
struct SegmentLookup {
  explicit SegmentLookup(const PreparedTable& table)
      : window(table),
        shift(table.segments->shift),
        multiples(hn::LoadDup128(Bytes(), table.segments->multiples.data())),
        steps(hn::LoadDup128(Bytes(), table.segments->steps.data())),
        heights(hn::LoadDup128(Bytes(), table.segments->heights.data())) {}

  HWY_INLINE ByteVector operator()(ByteVector index) const {
    const Bytes bytes;
    const hn::RebindToUnsigned<Shorts> pairs;  // there is no shift of bytes
    const ByteVector entry = window(index);
    const auto shifted = hn::ShiftRightSame(hn::BitCast(pairs, entry), shift);
    const ByteVector segment =
        hn::And(hn::BitCast(bytes, shifted), hn::Set(bytes, std::uint8_t{15}));
    const ByteVector step = hn::TableLookupBytes(steps, segment);
    const ByteVector height = hn::TableLookupBytes(heights, segment);
    const auto reaches = hn::Eq(hn::Max(entry, step), entry);
    return hn::Add(hn::TableLookupBytes(multiples, segment), hn::IfThenElseZero(reaches, height));
  }
  Window window;
  int shift;
  ByteVector multiples, steps, heights;
};

/// Of any number, sixteen entries at a time.
struct Lookup {
  explicit Lookup(const PreparedTable& table)
      : multiples(table.multiples.data()), window(table), entries(table.last - table.first + 1) {}

  HWY_INLINE ByteVector operator()(ByteVector index) const {
    const Bytes bytes;
    const ByteVector entry = window(index);
    const ByteVector low = hn::And(entry, hn::Set(bytes, std::uint8_t{15}));
    ByteVector multiple = hn::TableLookupBytes(hn::LoadDup128(bytes, multiples), low);
    for (int start = 16; start < entries; start += 16) {
      const ByteVector other = hn::TableLookupBytes(hn::LoadDup128(bytes, multiples + start), low);
      const auto reaches = hn::Gt(entry, hn::Set(bytes, static_cast<std::uint8_t>(start - 1)));
      multiple = hn::IfThenElse(reaches, other, multiple);
    }
    return multiple;
  }
  const std::uint8_t* multiples;
  Window window;
  int entries;
};

#if HWY_TARGET == HWY_AVX3_DL

/// Conversion::kLookup of up to 64 entries in one permutation of bytes.
struct Permutation {
  static constexpr int kMostEntries = 64;

  explicit Permutation(const PreparedTable& table)
      : window(table), multiples(hn::LoadU(Bytes(), table.multiples.data())) {}

  HWY_INLINE ByteVector operator()(ByteVector index) const {
    return ByteVector{_mm512_permutexvar_epi8(window(index).raw, multiples.raw)};
  }
  Window window;
  ByteVector multiples;
};

/// Of up to 128 entries: three instructions for one.
struct LongPermutation {
  static constexpr int kMostEntries = 128;

  explicit LongPermutation(const PreparedTable& table)
      : window(table),
        low(hn::LoadU(Bytes(), table.multiples.data())),
        high(hn::LoadU(Bytes(), table.multiples.data() + 64)) {}

  HWY_INLINE ByteVector operator()(ByteVector index) const {
    return ByteVector{_mm512_permutex2var_epi8(low.raw, window(index).raw, high.raw)};
  }
  Window window;
  ByteVector low, high;
};

#endif

/// Calls use(conversion) with the one of Conversion::kLookup that takes the fewest steps.
template <typename Use>
void with_lookup(const PreparedTable& table, const Use& use) {
  const int entries = table.last - table.first + 1;
#if HWY_TARGET == HWY_AVX3_DL
  if (entries <= Permutation::kMostEntries) return use(Permutation(table));
  if (entries <= LongPermutation::kMostEntries) return use(LongPermutation(table));
#endif
  if (entries <= ShortLookup::kMostEntries) return use(ShortLookup(table));
  if (entries <= TwoLookups::kMostEntries) return use(TwoLookups(table));
  if (table.segments) return use(SegmentLookup(table));
  use(Lookup(table));
}

}  // namespace HWY_NAMESPACE
}  // namespace bitline
HWY_AFTER_NAMESPACE();
#endif

#endif
