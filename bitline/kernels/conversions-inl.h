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

/// Conversion::kLookup, sixteen entries at a time.
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

}  // namespace HWY_NAMESPACE
}  // namespace bitline
HWY_AFTER_NAMESPACE();
#endif

#endif
