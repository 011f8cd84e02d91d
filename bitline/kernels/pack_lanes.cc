#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bitline/kernels/pack_lanes.cc"
#include "bitline/kernels/highway_targets.h"
// Includes this file once for each instruction set.
#include <hwy/foreach_target.h>
// After foreach_target.h.
#include <hwy/highway.h>

#include <algorithm>

#include "bitline/kernels/code_bits-inl.h"
#include "bitline/kernels/pack_lanes.h"

HWY_BEFORE_NAMESPACE();
namespace bitline {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128

void store_words(ByteVector plane, std::uint64_t* words) {
  for (std::int64_t lane = 0; lane < kLanes; ++lane)
    words[lane] = (plane >> (8 * lane) & 0xFF) * 0x0101010101010101;
}

#else

/// Every byte eight times.
HWY_INLINE void store_words(ByteVector plane, std::uint64_t* words) {
  alignas(64) static constexpr std::uint8_t kEightTimes[64] = {
      0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2,
      2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5,
      5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 7, 7, 7, 7, 7, 7, 7};
  const Bytes bytes;
  alignas(64) std::uint64_t eights[kLanes / 8];
  hn::Store(hn::BitCast(Words(), plane), Words(), eights);
  for (const std::uint64_t eight : eights) {
    const ByteVector both = hn::BitCast(bytes, hn::Set(Words(), eight));
    for (std::int64_t byte = 0; byte < 64; byte += kLanes, words += kLanes / 8) {
      const ByteVector repeated = hn::TableLookupBytes(both, hn::Load(bytes, kEightTimes + byte));
      hn::Store(hn::BitCast(Words(), repeated), Words(), words);
    }
  }
}

#endif

/// Lanes lane … lane + kLanes − 1 of one tile, and there the planes of one part.
class LaneGroup {
 public:
  LaneGroup(const PackJob& job, std::size_t tile, std::size_t part, std::int64_t lane)
      : job_(job),
        tile_(tile),
        codes_(job.codes + static_cast<std::int64_t>(part) * job.part_size + lane),
        first_plane_(part * kPlanesPerPart),
        planes_(std::min(kPlanesPerPart, job.planes.size() - first_plane_)),
        lane_(lane) {}

  HWY_ATTR void pack() {
    const PackedTile& tile = job_.tiles[tile_];
    // A byte lane counts the ones of 31 row bytes before it overflows.
    for (std::int64_t first = 0; first < tile.bytes; first += 31)
      pack_bytes(tile, first, std::min(first + 31, tile.bytes));
  }

 private:
  HWY_ATTR void pack_bytes(const PackedTile& tile, std::int64_t first, std::int64_t last) {
    ByteVector any[kPlanesPerPart];
    ByteVector ones[kPlanesPerPart];
    for (std::size_t plane = 0; plane < planes_; ++plane) any[plane] = ones[plane] = zero();
    auto* words = reinterpret_cast<std::uint64_t*>(job_.packed.words.data<std::int64_t>().data() +
                                                   job_.packed.word_offset(tile));
    for (std::int64_t byte = first; byte < last; ++byte) {
      const std::int64_t* offsets =
          job_.row_offsets + (tile.first_byte + byte) * static_cast<std::int64_t>(kRowsPerByte);
      ByteVector rows[kRowsPerByte];
      for (std::size_t row = 0; row < kRowsPerByte; ++row)
        rows[row] = offsets[row] < 0 ? zero() : load(codes_ + offsets[row]);
      transpose(rows);
      for (std::size_t plane = 0; plane < planes_; ++plane) {
        const auto index = static_cast<std::int64_t>(first_plane_ + plane) * tile.bytes + byte;
        store_words(rows[plane], words + index * job_.packed.lanes + lane_);
        any[plane] = either(any[plane], rows[plane]);
        if (job_.sum_digits) ones[plane] = add(ones[plane], count_ones(rows[plane]));
      }
    }
    for (std::size_t plane = 0; plane < planes_; ++plane) add_plane(plane, any[plane], ones[plane]);
  }

  HWY_ATTR void add_plane(std::size_t plane, ByteVector any, ByteVector ones) {
    const auto [stream, bit] = job_.planes[first_plane_ + plane];
    const std::int64_t offset =
        job_.packed.stream_offset(tile_, static_cast<std::int64_t>(stream)) + lane_;
    std::uint8_t bytes[kLanes];
    store(any, bytes);
    std::uint8_t* active = job_.packed.active.data<std::uint8_t>().data() + offset;
    for (std::int64_t i = 0; i < kLanes; ++i) active[i] = active[i] | bytes[i];
    if (!job_.sum_digits) return;
    store(ones, bytes);
    const std::int32_t factor = (bit.negative ? -1 : 1) * (1 << bit.shift);
    std::int32_t* sums = job_.packed.digit_sums.data<std::int32_t>().data() + offset;
    for (std::int64_t i = 0; i < kLanes; ++i) sums[i] += factor * bytes[i];
  }

  const PackJob& job_;
  std::size_t tile_;
  const std::uint8_t* codes_;
  std::size_t first_plane_;
  std::size_t planes_;
  std::int64_t lane_;
};

void pack(const PackJob& job) {
  const auto active = job.packed.active.data<std::uint8_t>();
  const auto sums = job.packed.digit_sums.data<std::int32_t>();
  std::fill(active.begin(), active.end(), std::uint8_t{0});
  if (job.sum_digits) std::fill(sums.begin(), sums.end(), 0);
  for (std::size_t tile = 0; tile < job.tiles.size(); ++tile)
    for (std::size_t part = 0; part * kPlanesPerPart < job.planes.size(); ++part)
      for (std::int64_t lane = 0; lane < job.packed.lanes; lane += kLanes)
        LaneGroup(job, tile, part, lane).pack();
}

}  // namespace HWY_NAMESPACE
}  // namespace bitline
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace bitline {

HWY_EXPORT(pack);

void pack_lanes(const PackJob& job) { HWY_DYNAMIC_DISPATCH(pack)(job); }

}  // namespace bitline
#endif
