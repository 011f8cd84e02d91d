#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bitline/kernels/pack_digits.cc"
#include "bitline/kernels/highway_targets.h"
// Includes this file once for each instruction set.
#include <hwy/foreach_target.h>
// After foreach_target.h.
#include <hwy/highway.h>

#include <algorithm>
#include <array>

#include "bitline/kernels/pack_lanes.h"

HWY_BEFORE_NAMESPACE();
namespace bitline {
namespace HWY_NAMESPACE {

// Loops of a fixed length over bytes and words: compilers make vector instructions of them.

using Words = std::array<std::uint32_t, kLaneMultiple>;

/// Codes of four rows, those of a lane in one word.
HWY_INLINE Words codes_of(const PackJob& job, const std::int64_t* row_offsets, std::int64_t lane) {
  Words words = {};
  for (int row = 0; row < kRowsPerGroup; ++row) {
    if (row_offsets[row] < 0) continue;
    const std::uint8_t* codes = job.codes + row_offsets[row] + lane;
    for (std::size_t i = 0; i < words.size(); ++i)
      words[i] |= static_cast<std::uint32_t>(codes[i]) << 8 * row;
  }
  return words;
}

HWY_INLINE std::uint32_t sum_of_bytes(std::uint32_t word) {
  const std::uint32_t pairs = (word & 0x00FF00FF) + (word >> 8 & 0x00FF00FF);
  return (pairs & 0xFFFF) + (pairs >> 16);
}

/// A stream's digits stand in some bits of the codes.
struct StreamBits {
  int first = 0;
  int count = 0;
};

std::vector<StreamBits> stream_bits(const PackJob& job) {
  std::vector<StreamBits> streams(static_cast<std::size_t>(job.packed.streams));
  for (std::size_t plane = job.planes.size(); plane-- > 0;) {
    StreamBits& bits = streams[job.planes[plane].stream];
    bits = {static_cast<int>(plane), bits.count + 1};
  }
  return streams;
}

/// One stream of one tile in the lanes from `lane` on, kLaneMultiple of them.
void pack_stream(const PackJob& job, std::size_t tile, std::int64_t stream, StreamBits bits,
                 std::int64_t lane) {
  const PackedTile& rows = job.tiles[tile];
  const std::uint32_t mask = ((1U << bits.count) - 1) * 0x01010101U;
  auto* digits = reinterpret_cast<std::uint32_t*>(job.packed.digits.data<std::uint8_t>().data() +
                                                  job.packed.digit_offset(rows, stream)) +
                 lane * rows.groups;
  Words any = {};
  Words sums = {};
  for (std::int64_t group = 0; group < rows.groups; ++group) {
    const std::int64_t row =
        rows.first_byte * static_cast<std::int64_t>(kRowsPerByte) + group * kRowsPerGroup;
    Words words = codes_of(job, job.row_offsets + row, lane);
    for (std::size_t i = 0; i < words.size(); ++i) {
      words[i] = words[i] >> bits.first & mask;
      any[i] |= words[i];
      sums[i] += sum_of_bytes(words[i]);
    }
    for (std::int64_t first = 0; first < kLaneMultiple; first += kDigitLanes)
      std::copy_n(words.data() + first, kDigitLanes,
                  digits + first * rows.groups + group * kDigitLanes);
  }
  const std::int64_t offset = job.packed.stream_offset(tile, stream) + lane;
  std::uint8_t* active = job.packed.active.data<std::uint8_t>().data() + offset;
  for (std::size_t i = 0; i < any.size(); ++i) active[i] = any[i] != 0 ? 1 : 0;
  if (job.sum_digits)
    std::copy(sums.begin(), sums.end(), job.packed.digit_sums.data<std::int32_t>().data() + offset);
}

void pack_as_digits(const PackJob& job) {
  const std::vector<StreamBits> streams = stream_bits(job);
  for (std::size_t tile = 0; tile < job.tiles.size(); ++tile)
    for (std::int64_t stream = 0; stream < job.packed.streams; ++stream)
      for (std::int64_t lane = 0; lane < job.packed.lanes; lane += kLaneMultiple)
        pack_stream(job, tile, stream, streams[static_cast<std::size_t>(stream)], lane);
}

}  // namespace HWY_NAMESPACE
}  // namespace bitline
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace bitline {

HWY_EXPORT(pack_as_digits);

void pack_digits(const PackJob& job) { HWY_DYNAMIC_DISPATCH(pack_as_digits)(job); }

}  // namespace bitline
#endif
