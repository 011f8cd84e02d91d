// Partial sums of one stream from whole digits, by integer dot products. Part of the kernel,
// compiled once for each instruction set that has them.
#if defined(BITLINE_KERNELS_DOT_SUMS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BITLINE_KERNELS_DOT_SUMS_INL_H_
#undef BITLINE_KERNELS_DOT_SUMS_INL_H_
#else
#define BITLINE_KERNELS_DOT_SUMS_INL_H_
#endif

#include <cstring>

#include "bitline/kernels/bit_sums-inl.h"

// Scalar has kernels of its own, but includes this: the guard above counts instruction sets.
#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
HWY_BEFORE_NAMESPACE();
namespace bitline {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_AVX3_DL

/// Adds Σ of four products of unsigned inputs and signed cells to each sum. Highway 1.0.3 asks the
/// processor for AVX-512 VNNI but tells the compiler of AVX-VNNI, which therefore refuses the
/// intrinsic.
HWY_INLINE __m512i add_dot_products(__m512i sums, __m512i inputs, const __m512i* cells) {
  asm("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(inputs), "m"(*cells));
  return sums;
}

/// Sums of any size, for the 64 columns of a block.
class DotSums {
 public:
  DotSums(const BlockJob& job, const StreamView& view, std::int64_t /*column_lane*/)
      : job_(job), view_(view) {}

  /// Indices in the table's window; packing saturates at the ends of a byte.
  HWY_INLINE ByteVector operator()(std::int64_t position_lane) const {
    const Sums sums = sums_of(position_lane, -job_.table.origin);
    ShortVector low{_mm512_packs_epi32(sums.of[0], sums.of[1])};
    ShortVector high{_mm512_packs_epi32(sums.of[2], sums.of[3])};
    if (!job_.table.thresholds.empty()) {
      low = count_reached(low, job_.table.thresholds);
      high = count_reached(high, job_.table.thresholds);
    }
    const ByteVector index{_mm512_packus_epi16(low.raw, high.raw)};
    if (job_.counter != nullptr) count(position_lane, index);
    if (job_.table.byte_sums) return index;
    return hn::Min(index, hn::Set(Bytes(), job_.table.last));
  }

  /// Adds the sums themselves to totals in the order of digit_group_of_lane().
  HWY_INLINE void add_to(std::int64_t position_lane, std::int32_t* totals) const {
    const Sums sums = sums_of(position_lane, 0);
    for (int q = 0; q < 4; ++q) {
      auto* total = reinterpret_cast<__m512i*>(totals) + q;
      _mm512_store_si512(total, _mm512_add_epi32(_mm512_load_si512(total), sums.of[q]));
    }
  }

  /// The sums themselves, in the order of the lanes.
  HWY_INLINE void store(std::int64_t position_lane, std::int32_t* HWY_RESTRICT sums) const {
    alignas(64) std::int32_t in_groups[kBlockColumns];
    const Sums vectors = sums_of(position_lane, 0);
    for (int q = 0; q < 4; ++q) _mm512_store_si512(in_groups + 16 * q, vectors.of[q]);
    for (std::int64_t lane = 0; lane < kBlockColumns; ++lane)
      sums[lane] = in_groups[digit_group_of_lane(lane)];
    if (job_.counter != nullptr)
      job_.counter->add(job_.block, view_.tile, view_.stream, 0, kBlockColumns, 0, sums);
  }

 private:
  struct Sums {
    __m512i of[4];
  };

  HWY_INLINE void add_group(Sums& sums, std::int64_t group, const std::uint8_t* inputs) const {
    std::int32_t four_rows;
    std::memcpy(&four_rows, inputs + group * kDigitLanes * kRowsPerGroup, sizeof four_rows);
    const __m512i input = _mm512_set1_epi32(four_rows);
    const auto* cells = reinterpret_cast<const __m512i*>(view_.cell_digits) + group * 4;
    for (int q = 0; q < 4; ++q) sums.of[q] = add_dot_products(sums.of[q], input, cells + q);
  }

  /// Two groups of rows at a time, since one product waits for the one before.
  HWY_INLINE Sums sums_of(std::int64_t position_lane, std::int64_t start) const {
    const std::int64_t first = position_lane / kDigitLanes * kDigitLanes;
    const std::uint8_t* inputs =
        view_.input_digits + (first * view_.groups + position_lane - first) * kRowsPerGroup;
    Sums even;
    Sums odd;
    for (int q = 0; q < 4; ++q) {
      even.of[q] = _mm512_set1_epi32(static_cast<std::int32_t>(start));
      odd.of[q] = _mm512_setzero_si512();
    }
    std::int64_t group = 0;
    for (; group + 2 <= view_.groups; group += 2) {
      add_group(even, group, inputs);
      add_group(odd, group + 1, inputs);
    }
    if (group < view_.groups) add_group(even, group, inputs);
    for (int q = 0; q < 4; ++q) even.of[q] = _mm512_add_epi32(even.of[q], odd.of[q]);
    return even;
  }

  HWY_NOINLINE void count(std::int64_t position_lane, ByteVector index) const {
    if (job_.table.byte_sums) return count_indices(job_, view_, 0, index);
    alignas(64) std::int32_t sums[kBlockColumns];
    store(position_lane, sums);
  }

  const BlockJob& job_;
  const StreamView& view_;
};

#endif

/// The sums of a block's 64 lanes at one position.
HWY_INLINE void sum_lanes(const BlockJob& job, const StreamView& view, std::int64_t position_lane,
                          std::int32_t* sums) {
#if HWY_TARGET == HWY_AVX3_DL
  if (job.inputs.as_digits) return DotSums(job, view, 0).store(position_lane, sums);
#endif
  for (std::int64_t lane = 0; lane < kBlockColumns; lane += kLanes)
    WideSums(job, view, lane).store(position_lane, sums + lane);
}

}  // namespace HWY_NAMESPACE
}  // namespace bitline
HWY_AFTER_NAMESPACE();
#endif

#endif
