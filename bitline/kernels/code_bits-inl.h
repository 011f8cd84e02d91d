// From codes of eight rows to a byte of each of their bits, many positions at a time. Part of
// packing, compiled once for each instruction set.
#if defined(BITLINE_KERNELS_CODE_BITS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BITLINE_KERNELS_CODE_BITS_INL_H_
#undef BITLINE_KERNELS_CODE_BITS_INL_H_
#else
#define BITLINE_KERNELS_CODE_BITS_INL_H_
#endif

#include <hwy/highway.h>

#include <cstring>

#include "bitline/kernels/pack_lanes.h"

HWY_BEFORE_NAMESPACE();
namespace bitline {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128

constexpr std::int64_t kLanes = 8;
using ByteVector = std::uint64_t;  // eight byte lanes

HWY_INLINE ByteVector zero() { return 0; }
HWY_INLINE ByteVector load(const std::uint8_t* codes) {
  ByteVector vector;
  std::memcpy(&vector, codes, sizeof vector);
  return vector;
}
HWY_INLINE void store(ByteVector vector, std::uint8_t* bytes) {
  std::memcpy(bytes, &vector, sizeof vector);
}
HWY_INLINE ByteVector either(ByteVector a, ByteVector b) { return a | b; }
HWY_INLINE ByteVector add(ByteVector a, ByteVector b) { return a + b; }
HWY_INLINE ByteVector count_ones(ByteVector x) {
  x -= x >> 1 & 0x5555555555555555;
  x = (x & 0x3333333333333333) + (x >> 2 & 0x3333333333333333);
  return (x + (x >> 4)) & 0x0F0F0F0F0F0F0F0F;
}

/// Swaps the upper bits of the groups of 2 · kShift in a with the lower ones in b.
template <int kShift>
HWY_INLINE void exchange(ByteVector& a, ByteVector& b) {
  constexpr ByteVector low = kShift == 4   ? 0x0F0F0F0F0F0F0F0F
                             : kShift == 2 ? 0x3333333333333333
                                           : 0x5555555555555555;
  const ByteVector upper_of_a = a >> kShift & low;
  a = (a & low) | (b & low) << kShift;
  b = upper_of_a | (b & ~low);
}

#else

namespace hn = hwy::HWY_NAMESPACE;

using Bytes = hn::CappedTag<std::uint8_t, kLaneMultiple>;
using Shorts = hn::Repartition<std::uint16_t, Bytes>;
using Words = hn::Repartition<std::uint64_t, Bytes>;
using ByteVector = hn::Vec<Bytes>;

constexpr std::int64_t kLanes = static_cast<std::int64_t>(hn::MaxLanes(Bytes()));

HWY_INLINE ByteVector zero() { return hn::Zero(Bytes()); }
HWY_INLINE ByteVector load(const std::uint8_t* codes) { return hn::LoadU(Bytes(), codes); }
HWY_INLINE void store(ByteVector vector, std::uint8_t* bytes) {
  hn::StoreU(vector, Bytes(), bytes);
}
HWY_INLINE ByteVector either(ByteVector a, ByteVector b) { return hn::Or(a, b); }
HWY_INLINE ByteVector add(ByteVector a, ByteVector b) { return hn::Add(a, b); }
HWY_INLINE ByteVector count_ones(ByteVector x) { return hn::PopulationCount(x); }

/// Swaps the upper bits of the groups of 2 · kShift in a with the lower ones in b.
template <int kShift>
HWY_INLINE void exchange(ByteVector& a, ByteVector& b) {
  const Bytes bytes;
  const Shorts shorts;  // there is no shift of bytes; the masks cut off what crosses their borders
  const ByteVector low = hn::Set(bytes, std::uint8_t{kShift == 4   ? 0x0F
                                                     : kShift == 2 ? 0x33
                                                                   : 0x55});
  const auto down = hn::BitCast(bytes, hn::ShiftRight<kShift>(hn::BitCast(shorts, a)));
  const auto up = hn::BitCast(bytes, hn::ShiftLeft<kShift>(hn::BitCast(shorts, hn::And(b, low))));
  a = hn::Or(hn::And(a, low), up);
  b = hn::Or(hn::And(down, low), hn::AndNot(low, b));
}

#endif

/// Row i's bit j becomes plane j's bit i.
HWY_INLINE void transpose(ByteVector (&rows)[kRowsPerByte]) {
  for (std::size_t i = 0; i < 4; ++i) exchange<4>(rows[i], rows[i + 4]);
  for (const std::size_t i : {0U, 1U, 4U, 5U}) exchange<2>(rows[i], rows[i + 2]);
  for (const std::size_t i : {0U, 2U, 4U, 6U}) exchange<1>(rows[i], rows[i + 1]);
}

}  // namespace HWY_NAMESPACE
}  // namespace bitline
HWY_AFTER_NAMESPACE();

#endif
