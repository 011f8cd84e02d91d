// Ones of cells AND inputs, kLanes columns at a time. Part of the kernel, compiled once for each
// instruction set.
#if defined(BITLINE_KERNELS_COUNT_ONES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BITLINE_KERNELS_COUNT_ONES_INL_H_
#undef BITLINE_KERNELS_COUNT_ONES_INL_H_
#else
#define BITLINE_KERNELS_COUNT_ONES_INL_H_
#endif

#include <hwy/highway.h>

#include <utility>

#include "bitline/kernels/packed_planes.h"

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

HWY_INLINE ByteVector count_byte(ByteVector cells, ByteVector input) {
  return hn::PopulationCount(hn::And(cells, input));
}

HWY_INLINE ByteVector count_byte(const std::uint8_t* cells, ByteVector input) {
  return count_byte(hn::Load(Bytes(), cells), input);
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

/// Cells of some row bytes, loaded for each position.
struct LoadedCells {
  HWY_INLINE ByteVector count_ones(const std::uint64_t* words, std::int64_t stride) const {
    return HWY_NAMESPACE::count_ones(cells, words, stride, bytes);
  }
  const std::uint8_t* cells;
  std::int64_t bytes;
};

/// Cells of kBytes row bytes in registers, which all positions share. Where a register holds 64
/// columns, loading cells can take longer than counting them.
class HeldCells {
 public:
  static constexpr std::int64_t kBytes = 16;  // as many registers are left for everything else

  HeldCells(const std::uint8_t* cells, std::int64_t /*bytes*/)
      : HeldCells(cells, std::make_integer_sequence<std::int64_t, kBytes>()) {}

  HWY_INLINE ByteVector count_ones(const std::uint64_t* words, std::int64_t stride) const {
    return count_ones(words, stride, std::make_integer_sequence<std::int64_t, kBytes>());
  }

 private:
  template <std::int64_t... kByte>
  HWY_INLINE HeldCells(const std::uint8_t* cells, std::integer_sequence<std::int64_t, kByte...>)
      : cells_{hn::Load(Bytes(), cells + kByte * kBlockColumns)...} {}

  template <std::int64_t... kByte>
  HWY_INLINE ByteVector count_ones(const std::uint64_t* words, std::int64_t stride,
                                   std::integer_sequence<std::int64_t, kByte...>) const {
    ByteVector ones[2] = {hn::Zero(Bytes()), hn::Zero(Bytes())};
    (..., (ones[kByte % 2] = hn::Add(ones[kByte % 2],
                                     count_byte(cells_[kByte], input_of(words + kByte * stride)))));
    return hn::Add(ones[0], ones[1]);
  }

  ByteVector cells_[kBytes];
};

}  // namespace HWY_NAMESPACE
}  // namespace bitline
HWY_AFTER_NAMESPACE();
#endif

#endif
