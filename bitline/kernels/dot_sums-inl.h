// Partial sums of one stream from whole digits, by integer dot products. Part of the kernel,
// compiled once for each instruction set that has them.
#if defined(BITLINE_KERNELS_DOT_SUMS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BITLINE_KERNELS_DOT_SUMS_INL_H_
#undef BITLINE_KERNELS_DOT_SUMS_INL_H_
#else
#define BITLINE_KERNELS_DOT_SUMS_INL_H_
#endif

#include <algorithm>
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
HWY_INLINE __m512i add_dot_products(__m512i sums, __m512i inputs, __m512i cells) {
  asm("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(inputs), "v"(cells));
  return sums;
}

/// Sums of any size, for the 64 columns of a block.
class DotSums {
 public:
  DotSums(const BlockJob& job, const StreamView& view, std::int64_t /*column_lane*/)
      : job_(job), view_(view) {}

  /// Of one position, in the order of digit_group_of_lane().
  struct Sums {
    __m512i of[4];
  };
  /// Positions that share what is loaded of the cells.
  static constexpr int kAtOnce = 4;

  /// h + `common` of the columns.
  Sums start(std::int64_t common) const {
    alignas(64) std::int32_t in_groups[kBlockColumns];
    for (std::int64_t lane = 0; lane < kBlockColumns; ++lane)
      in_groups[digit_group_of_lane(lane)] =
          static_cast<std::int32_t>(common) + (view_.starts == nullptr ? 0 : view_.starts[lane]);
    Sums sums;
    for (int q = 0; q < 4; ++q) sums.of[q] = _mm512_load_si512(in_groups + 16 * q);
    return sums;
  }

  /// start + the sums in the lanes of positions first, first + 1, …, of which those behind `last`
  /// repeat it.
  template <int kPositions>
  HWY_INLINE void sum(std::int64_t first, std::int64_t last, const Sums& start,
                      Sums (&sums)[kPositions]) const {
    const std::uint8_t* inputs[kPositions];
    for (int i = 0; i < kPositions; ++i) {
      inputs[i] = inputs_of(std::min(first + i, last));
      sums[i] = start;
    }
    const auto* cells = reinterpret_cast<const __m512i*>(view_.cell_digits);
    for (std::int64_t group = 0; group < view_.groups; ++group, cells += 4)
      for (int i = 0; i < kPositions; ++i) {
        std::int32_t four_rows;
        std::memcpy(&four_rows, inputs[i] + group * kDigitLanes * kRowsPerGroup, sizeof four_rows);
        const __m512i input = _mm512_set1_epi32(four_rows);
        for (int q = 0; q < 4; ++q)
          sums[i].of[q] = add_dot_products(sums[i].of[q], input, _mm512_load_si512(cells + q));
      }
  }

  /// Indices in the table's window, of one position.
  HWY_INLINE ByteVector operator()(std::int64_t position_lane) const {
    Sums sums[1];
    sum(position_lane, position_lane, start(-job_.table.origin), sums);
    return index_of(sums[0]);
  }

  /// Indices in the table's window, of sums that started from −origin; packing saturates at the
  /// ends of a byte.
  HWY_INLINE ByteVector index_of(const Sums& sums) const {
    ShortVector low{_mm512_packs_epi32(sums.of[0], sums.of[1])};
    ShortVector high{_mm512_packs_epi32(sums.of[2], sums.of[3])};
    if (!job_.table.thresholds.empty()) {
      low = count_reached(low, job_.table.thresholds);
      high = count_reached(high, job_.table.thresholds);
    }
    const ByteVector index{_mm512_packus_epi16(low.raw, high.raw)};
    if (job_.counter != nullptr) count(index, sums);
    if (job_.table.byte_sums) return index;
    return hn::Min(index, hn::Set(Bytes(), job_.table.last));
  }

  /// The sums themselves, in the order of the lanes.
  HWY_INLINE void store(std::int64_t position_lane, std::int32_t* HWY_RESTRICT sums) const {
    Sums vectors[1];
    sum(position_lane, position_lane, start(0), vectors);
    store_lanes(vectors[0], sums);
    if (job_.counter != nullptr)
      job_.counter->add(job_.block, view_.tile, view_.stream, 0, kBlockColumns, 0, sums);
  }

 private:
  const std::uint8_t* inputs_of(std::int64_t position_lane) const {
    const std::int64_t first = position_lane / kDigitLanes * kDigitLanes;
    return view_.input_digits + (first * view_.groups + position_lane - first) * kRowsPerGroup;
  }

  static HWY_INLINE void store_lanes(const Sums& vectors, std::int32_t* HWY_RESTRICT sums) {
    alignas(64) std::int32_t in_groups[kBlockColumns];
    for (int q = 0; q < 4; ++q) _mm512_store_si512(in_groups + 16 * q, vectors.of[q]);
    for (std::int64_t lane = 0; lane < kBlockColumns; ++lane)
      sums[lane] = in_groups[digit_group_of_lane(lane)];
  }

  /// Takes a copy of the sums, so that those of the caller stay in registers.
  HWY_NOINLINE void count(ByteVector index, Sums vectors) const {
    if (job_.table.byte_sums) return count_indices(job_, view_, 0, index);
    alignas(64) std::int32_t sums[kBlockColumns];
    store_lanes(vectors, sums);
    job_.counter->add(job_.block, view_.tile, view_.stream, 0, kBlockColumns, job_.table.origin,
                      sums);
  }

  const BlockJob& job_;
  const StreamView& view_;
};

/// Calls visit(lane of the first, count) for DotSums::kAtOnce neighbouring positions at a time,
/// fewer at the end of a row.
template <typename Visit>
HWY_INLINE void for_each_few(const BlockJob& job, Rows rows, const Visit& visit) {
  const std::int64_t width = job.inputs.width;
  for (std::int64_t y = rows.first; y < rows.last; ++y)
    for (std::int64_t x = 0; x < width; x += DotSums::kAtOnce)
      visit(y * job.inputs.pitch + x, std::min<std::int64_t>(DotSums::kAtOnce, width - x));
}

#endif

/// The sums of a block's 64 lanes at one position.
HWY_INLINE void sum_lanes(const BlockJob& job, const StreamView& view, std::int64_t position_lane,
                          std::int32_t* sums) {
#if HWY_TARGET == HWY_AVX3_DL
  if (job.inputs.form == InputForm::kDigits)
    return DotSums(job, view, 0).store(position_lane, sums);
#endif
  for (std::int64_t lane = 0; lane < kBlockColumns; lane += kLanes)
    WideSums(job, view, lane).store(position_lane, sums + lane);
}

}  // namespace HWY_NAMESPACE
}  // namespace bitline
HWY_AFTER_NAMESPACE();
#endif

#endif
