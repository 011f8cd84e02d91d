#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bitline/kernels/dense_block.cc"
#include "bitline/kernels/highway_targets.h"
// Includes this file once for each instruction set.
#include <hwy/foreach_target.h>
// After foreach_target.h.
#include <hwy/highway.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "bitline/base/fail.h"
#include "bitline/kernels/dense_block.h"

HWY_BEFORE_NAMESPACE();
namespace bitline {
namespace HWY_NAMESPACE {

// Products of bytes are asked for by name: Highway 1.0 has none.
#undef BITLINE_DENSE
#if HWY_TARGET == HWY_AVX3_DL || HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX2 || \
    HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_SSSE3
#define BITLINE_DENSE 1
#else
#define BITLINE_DENSE 0
#endif

std::int64_t dense_products() {
  if (HWY_TARGET == HWY_AVX3_DL) return 4;
  return BITLINE_DENSE != 0 ? 2 : 0;
}

#if BITLINE_DENSE

namespace hn = hwy::HWY_NAMESPACE;

using Bytes = hn::ScalableTag<std::uint8_t>;
using Shorts = hn::ScalableTag<std::int16_t>;
using Words = hn::ScalableTag<std::int32_t>;
using ByteVector = hn::Vec<Bytes>;
using ShortVector = hn::Vec<Shorts>;
using WordVector = hn::Vec<Words>;

constexpr std::int64_t kVectorBytes = HWY_MAX_BYTES;
constexpr std::int64_t kBlockBytes = kDenseLanes * kRowsPerGroup;
constexpr std::int64_t kWordLanes = kVectorBytes / 4;

/// Registers: the sums of so many vectors of lanes in so many channels, the vectors, one weight.
constexpr int kVectors = HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_SSSE3 ? 4 : 2;
constexpr int kChannels = kVectorBytes == 64 ? 8 : (kVectorBytes == 32 ? 4 : 2);
static_assert(kDenseChannels % kChannels == 0);
static_assert(kDenseLaneMultiple % (kVectors * kWordLanes) == 0);

/// Adds Σ of two neighbouring products, in 16 bits. The sum is named where it is added to, and one
/// channel comes after the other: else GCC keeps the weights of all in registers and sums in
/// memory.
HWY_INLINE void add_pairs(ShortVector& sums, ByteVector inputs, WordVector weights) {
#if HWY_MAX_BYTES == 64
  const __m512i products = _mm512_maddubs_epi16(inputs.raw, weights.raw);
  asm volatile("vpaddw %1, %0, %0" : "+v"(sums.raw) : "v"(products));
#elif HWY_MAX_BYTES == 32
  const __m256i products = _mm256_maddubs_epi16(inputs.raw, weights.raw);
  asm volatile("vpaddw %1, %0, %0" : "+x"(sums.raw) : "x"(products));
#else
  const __m128i products = _mm_maddubs_epi16(inputs.raw, weights.raw);
  asm volatile("paddw %1, %0" : "+x"(sums.raw) : "x"(products));
#endif
}

/// Σ of two neighbours, each times `factor`, in 32 bits.
HWY_INLINE WordVector widen_pairs(ShortVector sums, ShortVector factor) {
#if HWY_MAX_BYTES == 64
  return WordVector{_mm512_madd_epi16(sums.raw, factor.raw)};
#elif HWY_MAX_BYTES == 32
  return WordVector{_mm256_madd_epi16(sums.raw, factor.raw)};
#else
  return WordVector{_mm_madd_epi16(sums.raw, factor.raw)};
#endif
}

/// What a few channels sum in a few lanes.
class Tile {
 public:
  Tile(const DenseJob& job, std::int64_t lane, std::int64_t channel)
      : job_(job),
        lane_(lane),
        channel_(channel),
        weights_(job.weights + (channel / kDenseChannels * job.inputs.groups * kDenseChannels +
                                channel % kDenseChannels) *
                                   kRowsPerGroup) {
    for (int c = 0; c < kChannels; ++c)
      for (WordVector& sum : sums_[c]) sum = hn::Set(Words(), job.start[channel + c]);
  }

  HWY_ATTR void add_pairs_of(std::int64_t stream, std::int64_t most_groups) {
    const ShortVector factor =
        hn::Set(Shorts(), static_cast<std::int16_t>(1 << job_.inputs.digits.bits * stream));
    for (std::int64_t first = 0; first < job_.inputs.groups; first += most_groups) {
      ShortVector sums[kChannels][kVectors];
      for (auto& channel : sums)
        for (ShortVector& sum : channel) sum = hn::Zero(Shorts());
      const std::int64_t last = std::min(first + most_groups, job_.inputs.groups);
      for (std::int64_t group = first; group < last; ++group) {
        ByteVector inputs[kVectors];
        load(stream, group, inputs);
        for (int c = 0; c < kChannels; ++c) {
          const WordVector weight = weights(c, group);
          for (int v = 0; v < kVectors; ++v) add_pairs(sums[c][v], inputs[v], weight);
        }
      }
      for (int c = 0; c < kChannels; ++c)
        for (int v = 0; v < kVectors; ++v)
          sums_[c][v] = hn::Add(sums_[c][v], widen_pairs(sums[c][v], factor));
    }
  }

#if HWY_TARGET == HWY_AVX3_DL
  /// Highway 1.0.3 asks the processor for AVX-512 VNNI but tells the compiler of AVX-VNNI, which
  /// therefore refuses the intrinsic.
  static HWY_INLINE WordVector add_fours(WordVector sums, ByteVector inputs, WordVector weights) {
    asm("vpdpbusd %2, %1, %0" : "+v"(sums.raw) : "v"(inputs.raw), "v"(weights.raw));
    return sums;
  }

  HWY_ATTR void add_fours_of_whole_inputs() {
    WordVector sums[kChannels][kVectors];
    std::memcpy(&sums, &sums_, sizeof sums);
    for (std::int64_t group = 0; group < job_.inputs.groups; ++group) {
      ByteVector inputs[kVectors];
      load(0, group, inputs);
      for (int c = 0; c < kChannels; ++c) {
        const WordVector weight = weights(c, group);
        for (int v = 0; v < kVectors; ++v) sums[c][v] = add_fours(sums[c][v], inputs[v], weight);
      }
    }
    std::memcpy(&sums_, &sums, sizeof sums);
  }
#endif

  HWY_ATTR void store() const {
    for (int c = 0; c < kChannels; ++c)
      for (int v = 0; v < kVectors; ++v)
        hn::StoreU(sums_[c][v], Words(),
                   job_.sums + (channel_ + c) * job_.inputs.lanes + lane_ + v * kWordLanes);
  }

 private:
  HWY_INLINE void load(std::int64_t stream, std::int64_t group,
                       ByteVector (&inputs)[kVectors]) const {
    const std::uint8_t* lanes = job_.inputs.packed + (stream * job_.inputs.lanes + lane_) *
                                                         job_.inputs.groups * kRowsPerGroup;
    for (int v = 0; v < kVectors; ++v) {
      const std::int64_t block = v * kVectorBytes / kBlockBytes;
      inputs[v] = hn::LoadU(Bytes(), lanes + (block * job_.inputs.groups + group) * kBlockBytes +
                                         v * kVectorBytes % kBlockBytes);
    }
  }

  HWY_INLINE WordVector weights(int c, std::int64_t group) const {
    std::int32_t four;
    std::memcpy(&four, weights_ + (group * kDenseChannels + c) * kRowsPerGroup, sizeof four);
    return hn::Set(Words(), four);
  }

  const DenseJob& job_;
  std::int64_t lane_;
  std::int64_t channel_;
  const std::int8_t* weights_;
  WordVector sums_[kChannels][kVectors];
};

/// Lanes outside, so that their inputs stay in the first cache.
HWY_ATTR void sum(const DenseJob& job) {
  const std::int64_t most_groups = groups_in_short(job.inputs.digits.bits, job.largest_weight);
  for (std::int64_t lane = 0; lane < job.inputs.lanes; lane += kVectors * kWordLanes)
    for (std::int64_t channel = 0; channel < job.channels; channel += kChannels) {
      Tile tile(job, lane, channel);
#if HWY_TARGET == HWY_AVX3_DL
      if (job.inputs.digits.streams == 1) {
        tile.add_fours_of_whole_inputs();
        tile.store();
        continue;
      }
#endif
      for (std::int64_t stream = 0; stream < job.inputs.digits.streams; ++stream)
        tile.add_pairs_of(stream, most_groups);
      tile.store();
    }
}

using Line = hn::Full128<std::uint8_t>;
using LineOfPairs = hn::Full128<std::uint16_t>;

/// The codes of one row in 16 lanes.
HWY_INLINE hn::Vec<Line> codes_of(const std::uint8_t* first, const std::uint8_t* second) {
  return hn::Vec<Line>{
      _mm_unpacklo_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(first)),
                         _mm_loadl_epi64(reinterpret_cast<const __m128i*>(second)))};
}

/// Digit `stream` of codes.
HWY_INLINE hn::Vec<Line> digits_of(hn::Vec<Line> codes, const DenseDigits& digits,
                                   std::int64_t stream) {
  if (digits.streams == 1) return codes;
  const auto shifted =
      hn::ShiftRightSame(hn::BitCast(LineOfPairs(), codes), static_cast<int>(stream) * digits.bits);
  return hn::And(hn::BitCast(Line(), shifted),
                 hn::Set(Line(), static_cast<std::uint8_t>((1 << digits.bits) - 1)));
}

/// [16 lanes, 4 rows] of four rows.
HWY_INLINE void store_transposed(const hn::Vec<Line> (&digits)[kRowsPerGroup],
                                 std::uint8_t* packed) {
  const auto pairs = [](auto interleaved) { return hn::BitCast(LineOfPairs(), interleaved); };
  const auto low01 = pairs(hn::InterleaveLower(Line(), digits[0], digits[1]));
  const auto low23 = pairs(hn::InterleaveLower(Line(), digits[2], digits[3]));
  const auto high01 = pairs(hn::InterleaveUpper(Line(), digits[0], digits[1]));
  const auto high23 = pairs(hn::InterleaveUpper(Line(), digits[2], digits[3]));
  auto* line = reinterpret_cast<std::uint16_t*>(packed);
  const LineOfPairs d;
  hn::StoreU(hn::InterleaveLower(d, low01, low23), d, line);
  hn::StoreU(hn::InterleaveUpper(d, low01, low23), d, line + 8);
  hn::StoreU(hn::InterleaveLower(d, high01, high23), d, line + 16);
  hn::StoreU(hn::InterleaveUpper(d, high01, high23), d, line + 24);
}

HWY_ATTR void pack(const DenseRows& rows, std::int64_t group, const DenseInputs& inputs) {
  const std::uint8_t* const* places = rows.places.data();
  std::uint8_t* packed = inputs.packed + group * kBlockBytes;
  for (std::int64_t lane = 0; lane < inputs.lanes; lane += kDenseLanes, places += 2) {
    hn::Vec<Line> codes[kRowsPerGroup];
    for (int row = 0; row < kRowsPerGroup; ++row)
      codes[row] = codes_of(places[0] + rows.offsets[row], places[1] + rows.offsets[row]);
    for (std::int64_t stream = 0; stream < inputs.digits.streams; ++stream) {
      hn::Vec<Line> digits[kRowsPerGroup];
      for (int row = 0; row < kRowsPerGroup; ++row)
        digits[row] = digits_of(codes[row], inputs.digits, stream);
      store_transposed(digits,
                       packed + (stream * inputs.lanes + lane) * inputs.groups * kRowsPerGroup);
    }
  }
}

#else

void sum(const DenseJob& /*job*/) {
  fail("instruction set {} has no products of bytes", HWY_TARGET);
}
void pack(const DenseRows& /*rows*/, std::int64_t /*group*/, const DenseInputs& /*inputs*/) {
  fail("instruction set {} has no products of bytes", HWY_TARGET);
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace bitline
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace bitline {
namespace {

HWY_EXPORT(dense_products);
HWY_EXPORT(pack);
HWY_EXPORT(sum);

/// 4 (AVX-512 VNNI), 2, or 0.
std::int64_t products_at_once() { return HWY_DYNAMIC_DISPATCH(dense_products)(); }

}  // namespace

bool has_dense_products() { return products_at_once() != 0; }

std::int64_t groups_in_short(int digit_bits, std::int64_t largest_weight) {
  const std::int64_t largest_digit = (std::int64_t{1} << digit_bits) - 1;
  return std::numeric_limits<std::int16_t>::max() /
         std::max<std::int64_t>(2 * largest_digit * largest_weight, 1);
}

DenseDigits dense_digits(int input_bits, std::int64_t largest_weight) {
  constexpr int kShortDigit = 4;
  // Below it, widening takes as long as a second digit.
  constexpr std::int64_t kFewestGroups = 4;
  if (products_at_once() == 4 || input_bits <= kShortDigit ||
      groups_in_short(input_bits, largest_weight) >= kFewestGroups)
    return {input_bits, 1};
  return {kShortDigit, 2};
}

bool can_sum(const DenseDigits& digits, std::int64_t largest_weight) {
  const std::int64_t products = products_at_once();
  return products == 4 || (products == 2 && groups_in_short(digits.bits, largest_weight) > 0);
}

void pack_dense_rows(const DenseRows& rows, std::int64_t group, const DenseInputs& inputs) {
  HWY_DYNAMIC_DISPATCH(pack)(rows, group, inputs);
}

void pack_dense_lane(const std::uint8_t* codes, std::int64_t lane, const DenseInputs& inputs) {
  const std::uint32_t mask = ((1U << inputs.digits.bits) - 1) * 0x01010101U;
  for (std::int64_t stream = 0; stream < inputs.digits.streams; ++stream) {
    std::uint8_t* packed =
        inputs.packed +
        ((stream * inputs.lanes + lane / kDenseLanes * kDenseLanes) * inputs.groups +
         lane % kDenseLanes) *
            kRowsPerGroup;
    for (std::int64_t group = 0; group < inputs.groups; ++group) {
      std::uint32_t four;
      std::memcpy(&four, codes + group * kRowsPerGroup, sizeof four);
      four = four >> static_cast<int>(stream) * inputs.digits.bits & mask;
      std::memcpy(packed + group * kDenseLanes * kRowsPerGroup, &four, sizeof four);
    }
  }
}

void sum_dense(const DenseJob& job) { HWY_DYNAMIC_DISPATCH(sum)(job); }

}  // namespace bitline
#endif
