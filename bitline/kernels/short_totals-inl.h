// 16-bit totals of a block's columns, and their way to the sums of the channels. Part of the
// kernel, compiled once for each instruction set.
#if defined(BITLINE_KERNELS_SHORT_TOTALS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BITLINE_KERNELS_SHORT_TOTALS_INL_H_
#undef BITLINE_KERNELS_SHORT_TOTALS_INL_H_
#else
#define BITLINE_KERNELS_SHORT_TOTALS_INL_H_
#endif

#include "bitline/kernels/bit_sums-inl.h"

// Scalar has kernels of its own, but includes this: the guard above counts instruction sets.
#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
HWY_BEFORE_NAMESPACE();
namespace bitline {
namespace HWY_NAMESPACE {

/// s g_j of kLanes columns: those of even byte lanes, and those of odd ones.
struct LaneWeights {
  HWY_INLINE LaneWeights(const StreamView& view, std::int64_t column_lane)
      : even(hn::Set(Shorts(), static_cast<std::int16_t>(view.weight))), odd(even) {
    if (view.signs == nullptr) return;
    const hn::RebindToSigned<Bytes> bytes;
    const ShortVector signs = hn::BitCast(Shorts(), hn::Load(bytes, view.signs + column_lane));
    even = hn::Mul(even, hn::ShiftRight<8>(hn::ShiftLeft<8>(signs)));
    odd = hn::Mul(odd, hn::ShiftRight<8>(signs));
  }
  ShortVector even, odd;
};

/// Adds weight · multiple to 16-bit totals: those of even byte lanes, then those of odd ones.
HWY_INLINE void add_multiples(ByteVector multiple, const LaneWeights& weights,
                              std::int16_t* totals) {
  const Shorts shorts;
  const hn::RebindToUnsigned<Shorts> bits;
  const ShortVector both = hn::BitCast(shorts, multiple);
  const auto even = hn::And(both, hn::Set(shorts, std::int16_t{0xFF}));
  const auto odd = hn::BitCast(shorts, hn::ShiftRight<8>(hn::BitCast(bits, both)));
  std::int16_t* next = totals + kLanes / 2;
  hn::Store(hn::Add(hn::Load(shorts, totals), hn::Mul(even, weights.even)), shorts, totals);
  hn::Store(hn::Add(hn::Load(shorts, next), hn::Mul(odd, weights.odd)), shorts, next);
}

/// Starts the totals of some rows anew, by registers as wide as those that add_multiples() loads:
/// narrower stores would not be forwarded to it.
inline void clear_totals(const BlockJob& job, Rows rows) {
  const ShortVector zero = hn::Zero(Shorts());
  const std::int64_t count = (rows.last - rows.first) * job.inputs.width * kBlockColumns;
  for (std::int64_t lane = 0; lane < count; lane += kLanes / 2)
    hn::Store(zero, Shorts(), job.short_totals + lane);
}

/// A fourth of a block's columns, whose totals lie in the same halves of pairs of 16-bit ones:
/// lane_of_column() has put the lanes in the order that this needs.
constexpr std::int64_t kFourth = kBlockColumns / 4;

/// Totals of the next kIntLanes columns of a fourth; `pairs` are those of the fourth and the next.
template <bool kUpper>
HWY_INLINE hn::Vec<Ints> totals_of(const std::int16_t* pairs) {
  const auto both = hn::BitCast(Ints(), hn::Load(Shorts(), pairs));
  return hn::ShiftRight<16>(kUpper ? both : hn::ShiftLeft<16>(both));
}

/// Adds factor · total to the sums of neighbouring channels, for `fourth` at some positions.
template <bool kUpper>
void add_fourth(const BlockJob& job, Rows rows, std::int64_t fourth, std::int32_t* sums,
                std::int32_t factor) {
  const Ints ints;
  const auto factors = hn::Set(ints, factor);
  const std::int16_t* pairs = job.short_totals + fourth / 2 * (kLanes / 2);
  const std::int64_t count = (rows.last - rows.first) * job.inputs.width;
  // A copy, because the compiler takes a store of sums for one that may change the original.
  const std::int64_t stride = job.planes.out_channels;
  for (std::int64_t position = 0; position < count; ++position) {
    for (std::int64_t lane = 0; lane < kBlockColumns; lane += kLanes) {
      const auto product = hn::Mul(totals_of<kUpper>(pairs + lane), factors);
      std::int32_t* sum = sums + lane / 4;
      hn::StoreU(hn::Add(hn::LoadU(ints, sum), product), ints, sum);
    }
    pairs += kBlockColumns;
    sums += stride;
  }
}

/// Adds them for runs that consist of whole fourths.
inline void add_fourths(const BlockJob& job, Rows rows, const std::vector<ColumnRun>& runs) {
  std::int32_t* sums = job.sums + rows.first * job.inputs.width * job.planes.out_channels;
  for (const ColumnRun& run : runs)
    for (std::int64_t column = 0; column < run.count; column += kFourth) {
      const std::int64_t fourth = (run.first + column) / kFourth;
      std::int32_t* first = sums + run.channel + column;
      fourth % 2 == 0 ? add_fourth<false>(job, rows, fourth, first, run.factor)
                      : add_fourth<true>(job, rows, fourth, first, run.factor);
    }
}

/// Adds them for runs of any length.
inline void add_runs(const BlockJob& job, Rows rows, const std::vector<ColumnRun>& runs) {
  alignas(64) std::int32_t totals[kBlockColumns];
  const std::int16_t* pairs = job.short_totals;
  std::int32_t* sums = job.sums + rows.first * job.inputs.width * job.planes.out_channels;
  const std::int64_t count = (rows.last - rows.first) * job.inputs.width;
  for (std::int64_t position = 0; position < count; ++position) {
    for (std::int64_t lane = 0; lane < kBlockColumns; lane += kLanes)
      for (const std::int64_t half : {0, 1}) {
        const std::int16_t* both = pairs + lane + half * (kLanes / 2);
        std::int32_t* total = totals + half * 2 * kFourth + lane / 4;
        hn::Store(totals_of<false>(both), Ints(), total);
        hn::Store(totals_of<true>(both), Ints(), total + kFourth);
      }
    for (const ColumnRun& run : runs)
      for (std::int64_t i = 0; i < run.count; ++i)
        sums[run.channel + i] += run.factor * totals[run.first + i];
    pairs += kBlockColumns;
    sums += job.planes.out_channels;
  }
}

/// Shift and add over the planes: 16-bit totals to the sums of their channels.
inline void spill(const BlockJob& job, Rows rows) {
  const std::vector<ColumnRun>& runs = job.planes.runs[static_cast<std::size_t>(job.block)];
  job.planes.out_channels % kFourth == 0 ? add_fourths(job, rows, runs) : add_runs(job, rows, runs);
}

}  // namespace HWY_NAMESPACE
}  // namespace bitline
HWY_AFTER_NAMESPACE();
#endif

#endif
