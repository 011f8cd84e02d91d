#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bitline/kernels/pack_nibbles.cc"
#include "bitline/kernels/highway_targets.h"
// Includes this file once for each instruction set.
#include <hwy/foreach_target.h>
// After foreach_target.h.
#include <hwy/highway.h>

#include <algorithm>
#include <array>

#include "bitline/base/fail.h"
#include "bitline/kernels/code_bits-inl.h"
#include "bitline/kernels/pack_lanes.h"

HWY_BEFORE_NAMESPACE();
namespace bitline {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128

void pack_as_nibbles(const PackJob&) { fail("instruction set {} reads no nibbles", HWY_TARGET); }

#else

HWY_INLINE ByteVector lower_nibbles(ByteVector bytes) {
  return hn::And(bytes, hn::Set(Bytes(), std::uint8_t{15}));
}
HWY_INLINE ByteVector upper_nibbles(ByteVector bytes) {
  return lower_nibbles(hn::BitCast(Bytes(), hn::ShiftRight<4>(hn::BitCast(Shorts(), bytes))));
}

/// The rows of one byte of a tile at all positions of a strip.
class ByteOfRows {
 public:
  explicit ByteOfRows(const PackJob& job)
      : job_(job), pitch_(job.packed.lanes + kLanes), codes_(kRowsPerByte * size()) {}

  /// Writes those of `byte`, counted from the tile's first.
  HWY_ATTR void pack(std::size_t tile, std::int64_t byte) {
    const std::int64_t* offsets = job_.row_offsets + (job_.tiles[tile].first_byte + byte) *
                                                         static_cast<std::int64_t>(kRowsPerByte);
    for (std::size_t part = 0; part * kPlanesPerPart < job_.planes.size(); ++part) {
      const std::uint8_t* codes = job_.codes + static_cast<std::int64_t>(part) * job_.part_size;
      for (std::size_t row = 0; row < kRowsPerByte; ++row)
        if (offsets[row] >= 0) gather(codes + offsets[row], codes_.data() + row * size());
      for (std::int64_t lane = 0; lane < job_.packed.lanes; lane += kLanes)
        pack_lanes_from(lane, offsets, part, tile, byte);
    }
  }

 private:
  std::size_t size() const { return static_cast<std::size_t>(pitch_); }

  /// The codes of one row: output rows, which lie apart, follow each other. Each of them writes
  /// over what was read behind the one before it.
  HWY_ATTR void gather(const std::uint8_t* codes, std::uint8_t* dense) const {
    const std::int64_t width = job_.packed.width;
    for (std::int64_t y = 0; y < job_.packed.rows; ++y, codes += job_.code_pitch, dense += width)
      for (std::int64_t x = 0; x < width; x += kLanes) store(load(codes + x), dense + x);
  }

  HWY_ATTR void pack_lanes_from(std::int64_t lane, const std::int64_t* offsets, std::size_t part,
                                std::size_t tile, std::int64_t byte) {
    ByteVector rows[kRowsPerByte];
    for (std::size_t row = 0; row < kRowsPerByte; ++row)
      rows[row] = offsets[row] < 0
                      ? zero()
                      : load(codes_.data() + row * size() + static_cast<std::size_t>(lane));
    transpose(rows);
    const std::size_t first = part * kPlanesPerPart;
    const std::size_t planes = std::min(kPlanesPerPart, job_.planes.size() - first);
    for (std::size_t plane = 0; plane < planes; ++plane)
      write(rows[plane], lane, job_.planes[first + plane].stream, tile, byte);
  }

  /// Eight rows of one stream at the positions from `lane` on.
  HWY_INLINE void write(ByteVector rows, std::int64_t lane, std::size_t stream, std::size_t tile,
                        std::int64_t byte) {
    const PackedTile& packed = job_.tiles[tile];
    const auto j = static_cast<std::int64_t>(stream);
    std::uint8_t* nibbles = job_.packed.nibbles.data<std::uint8_t>().data() +
                            job_.packed.nibble_offset(packed.first_group + 2 * byte,
                                                      lane / job_.packed.vector_lanes, j) +
                            lane % job_.packed.vector_lanes;
    store(lower_nibbles(rows), nibbles);
    if (2 * byte + 1 < packed.groups)
      store(upper_nibbles(rows), nibbles + job_.packed.nibbles_of_group());
    if (!job_.sum_digits) return;
    std::uint8_t ones[kLanes];
    store(count_ones(rows), ones);
    std::int32_t* sums = job_.packed.digit_sums.data<std::int32_t>().data() +
                         job_.packed.stream_offset(tile, j) + lane;
    for (std::int64_t i = 0; i < kLanes; ++i) sums[i] += ones[i];
  }

  const PackJob& job_;
  std::int64_t pitch_;
  std::vector<std::uint8_t> codes_;  // [8 rows, lanes and as many as one load may write behind]
};

void pack_as_nibbles(const PackJob& job) {
  if (job.sum_digits) std::ranges::fill(job.packed.digit_sums.data<std::int32_t>(), 0);
  ByteOfRows rows(job);
  for (std::size_t tile = 0; tile < job.tiles.size(); ++tile)
    for (std::int64_t byte = 0; byte < job.tiles[tile].bytes; ++byte) rows.pack(tile, byte);
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace bitline
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace bitline {

HWY_EXPORT(pack_as_nibbles);

void pack_nibbles(const PackJob& job) { HWY_DYNAMIC_DISPATCH(pack_as_nibbles)(job); }

}  // namespace bitline
#endif
