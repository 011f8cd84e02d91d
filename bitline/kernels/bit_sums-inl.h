// Partial sums of one stream, kLanes columns at a time. Part of the kernel, compiled once for each
// instruction set.
#if defined(BITLINE_KERNELS_BIT_SUMS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BITLINE_KERNELS_BIT_SUMS_INL_H_
#undef BITLINE_KERNELS_BIT_SUMS_INL_H_
#else
#define BITLINE_KERNELS_BIT_SUMS_INL_H_
#endif

#include <algorithm>

#include "bitline/kernels/block_parts.h"
#include "bitline/kernels/count_ones-inl.h"
#include "bitline/kernels/count_sums-inl.h"

// Scalar has kernels of its own, but includes this: the guard above counts instruction sets.
#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
HWY_BEFORE_NAMESPACE();
namespace bitline {
namespace HWY_NAMESPACE {

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

/// Table indices of sums of which all fit bytes, for kLanes columns from `column_lane` on. Cells is
/// how those of a single product are kept.
template <SumShape kShape, typename Cells = LoadedCells>
class ByteSums {
 public:
  ByteSums(const BlockJob& job, const StreamView& view, std::int64_t column_lane)
      : job_(job),
        view_(view),
        column_lane_(column_lane),
        bias_(bias_of(view, column_lane)),
        start_(hn::Add(bias_, hn::Set(Bytes(), static_cast<std::uint8_t>(-job.table.origin)))),
        cells_{kShape == SumShape::kAny ? nullptr : view.cells_of(view.products[0]) + column_lane,
               view.bytes} {
    if (kShape == SumShape::kAny) return;
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
  /// What a sum's index starts from: h + digit_base · Σ_r x_j[r] − origin.
  HWY_INLINE ByteVector start(std::int64_t position_lane) const {
    if (kShape == SumShape::kOnes || kShape == SumShape::kDifference) return start_;
    const std::int64_t base = job_.planes.digit_base * view_.digit_sums[position_lane];
    return hn::Add(bias_, hn::Set(Bytes(), static_cast<std::uint8_t>(base - job_.table.origin)));
  }

  /// h modulo 256.
  static ByteVector bias_of(const StreamView& view, std::int64_t column_lane) {
    if (view.starts == nullptr) return hn::Zero(Bytes());
    alignas(64) std::uint8_t bytes[kBlockColumns];
    for (std::int64_t i = 0; i < kLanes; ++i)
      bytes[i] = static_cast<std::uint8_t>(view.starts[column_lane + i]);
    return hn::Load(Bytes(), bytes);
  }

  HWY_INLINE ByteVector sums(std::int64_t position_lane) const {
    const std::uint64_t* words = words_ + position_lane;
    if constexpr (kShape == SumShape::kAny) {
      return sums_of_products(position_lane);
    } else if constexpr (kShape == SumShape::kDifference) {
      return count_difference(cells_.cells, negative_cells_, words, view_.lanes, view_.bytes);
    } else {
      const ByteVector ones = cells_.count_ones(words, view_.lanes);
      return kShape == SumShape::kOnes ? ones : hn::Add(ones, ones);
    }
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
  ByteVector bias_;
  ByteVector start_;  // where no cell is −1 for an input of any value
  Cells cells_;
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
    for (std::int64_t i = 0; i < kLanes; i += kIntLanes) hn::Store(start(base, i), ints, sums + i);
    for (const BitProduct& product : view_.products) add(product, position_lane, sums);
    if (job_.counter != nullptr)
      job_.counter->add(job_.block, view_.tile, view_.stream, column_lane_, kLanes, 0, sums);
  }

 private:
  /// base + h of the columns from lane `i` on.
  HWY_INLINE hn::Vec<Ints> start(std::int64_t base, std::int64_t i) const {
    const auto common = hn::Set(Ints(), static_cast<std::int32_t>(base));
    if (view_.starts == nullptr) return common;
    return hn::Add(common, hn::LoadU(Ints(), view_.starts + column_lane_ + i));
  }

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
