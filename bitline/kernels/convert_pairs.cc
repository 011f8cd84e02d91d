#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bitline/kernels/convert_pairs.cc"
#include "bitline/kernels/highway_targets.h"
// Includes this file once for each instruction set.
#include <hwy/foreach_target.h>
// After foreach_target.h.
#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <limits>

#include "bitline/base/fail.h"
#include "bitline/base/rational.h"
#include "bitline/kernels/conversions-inl.h"
#include "bitline/kernels/convert_pairs.h"
#include "bitline/kernels/pair_sums-inl.h"
#include "bitline/kernels/stream_groups.h"

HWY_BEFORE_NAMESPACE();
namespace bitline {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128

std::int64_t lanes_of_pairs() { return 0; }
bool do_pairs_pay(std::int64_t, std::int64_t) { return false; }
void convert_all_pairs(const PairJob&) { fail("instruction set {} reads no nibbles", HWY_TARGET); }

#else

std::int64_t lanes_of_pairs() { return kLanes; }

/// Tables cost the same for one bit of a cell as for two; counting ones costs twice as much for
/// two. Where one instruction counts the ones of bytes, tables gain nothing for one.
bool do_pairs_pay(std::int64_t cell_bits, std::int64_t positions) {
  constexpr bool counts_bytes = HWY_TARGET == HWY_AVX3_DL;
  if (counts_bytes && cell_bits < 2) return false;
  const std::int64_t lanes = ceil_div(positions, kLanes) * kLanes;
  return cell_bits < 2 || counts_bytes ? 4 * positions >= 3 * lanes : 2 * positions >= lanes;
}

/// Neighbouring vectors of positions of one pair of columns in one tile.
struct PairPlace {
  std::size_t tile = 0;
  std::int64_t pair = 0;
  std::int64_t vector = 0;
  std::int64_t vectors = 0;
};

/// Vectors of indices of a column, over streams and positions, that are converted together.
constexpr std::int64_t kMostIndices = 2 * kMostPairStreams;

/// Indices of the streams of a run in one column, at neighbouring vectors of positions.
struct RunIndices {
  const std::uint8_t* HWY_RESTRICT first;  ///< [vectors, streams and others, kLanes]
  std::int64_t streams;
  std::int64_t vectors;
  std::int64_t stride;  ///< from a vector's to the next one's
};

template <typename Convert>
class PairKernel {
 public:
  PairKernel(const PairJob& job, const Convert& convert)
      : job_(job),
        convert_(convert),
        planes_(std::ssize(job.planes.column_planes)),
        streams_(std::ssize(job.streams)),
        vectors_(job.inputs.lanes / kLanes),
        at_once_(std::min(vectors_, kMostIndices / streams_)),
        runs_(stream_runs(job.streams, most_multiple())),
        tiles_in_short_(tiles_in_short()),
        nibbles_(job.inputs.nibbles.data<std::uint8_t>().data()) {}

  void run() {
    if (tiles_in_short_ == 0) std::fill_n(job_.sums, columns() * job_.inputs.lanes, 0);
    const std::int64_t tiles = std::ssize(job_.planes.tiles);
    for (std::int64_t tile = 0; tile < tiles; ++tile) {
      held_ = tiles_in_short_ == 0 ? 0 : tile % tiles_in_short_;
      convert(static_cast<std::size_t>(tile));
      if (tiles_in_short_ != 0 && (held_ + 1 == tiles_in_short_ || tile + 1 == tiles))
        spill_totals(tile < tiles_in_short_);
    }
  }

 private:
  /// Of one column plane, made even.
  std::int64_t columns() const { return 2 * job_.pairs.pairs; }
  std::int64_t most_multiple() const { return *std::ranges::max_element(job_.table.multiples); }

  /// Tiles whose Σ_i Σ_j s c_i g_j multiple 16 bits hold; 0: they may not even hold one's.
  std::int64_t tiles_in_short() const {
    std::int64_t weights = 0;
    for (const StreamProducts& stream : job_.streams) weights += std::abs(stream.weight);
    const std::int64_t most = most_multiple() * weights * job_.planes.factor_magnitudes();
    return std::numeric_limits<std::int16_t>::max() / std::max<std::int64_t>(most, 1);
  }

  void convert(std::size_t tile) {
    const std::int64_t table_bytes = job_.planes.tiles[tile].groups * kTableEntries;
    const std::uint8_t* tables = job_.pairs.tables_of(job_.planes, job_.group, tile);
    const std::int32_t* negatives = job_.pairs.negatives_of(job_.planes, job_.group, tile);
    for (std::int64_t pair = 0; pair < job_.pairs.pairs; ++pair) {
      for (std::int64_t vector = 0; vector < vectors_; vector += at_once_) {
        const PairPlace place{tile, pair, vector, std::min(at_once_, vectors_ - vector)};
        for (std::int64_t plane = 0; plane < planes_; ++plane) {
          sum(place, tables + plane * table_bytes, start_of(negatives + 2 * plane, place, plane));
          add_multiples(place, plane);
        }
      }
      tables += planes_ * table_bytes;
      negatives += 2 * planes_;
    }
  }

  /// What no count knows of: −1 for each digit −1, h, and the index of the sum 0.
  PairStart start_of(const std::int32_t* negatives, const PairPlace& place,
                     std::int64_t plane) const {
    const auto start = [&](std::int64_t side) {
      const std::int64_t index = bias_of(place, plane, side) - negatives[side] - job_.table.origin;
      return static_cast<std::uint8_t>(index);
    };
    return {start(0), start(1)};
  }

  std::int64_t bias_of(const PairPlace& place, std::int64_t plane, std::int64_t side) const {
    const std::int64_t channel = 2 * place.pair + side;
    if (job_.column_bias == nullptr || channel == job_.planes.out_channels) return 0;
    const std::int64_t of_plane = plane * job_.planes.groups + job_.group;
    const std::int64_t column = of_plane * job_.planes.out_channels + channel;
    return job_.column_bias[column * std::ssize(job_.planes.tiles) +
                            static_cast<std::int64_t>(place.tile)];
  }

  /// indices_: [2, at_once_, streams, kLanes].
  void sum(const PairPlace& place, const std::uint8_t* tables, PairStart start) {
    const PackedTile& rows = job_.planes.tiles[place.tile];
    const PairTables pair(tables, rows.groups, start, job_.inputs.nibbles_of_group(),
                          at_once_ * streams_ * kLanes);
    const std::uint8_t* nibbles =
        nibbles_ + job_.inputs.nibble_offset(rows.first_group, place.vector, 0);
    // All streams of neighbouring vectors follow each other.
    if (streams_ == job_.inputs.streams)
      return pair.sum(nibbles, place.vectors * streams_, indices_);
    std::uint8_t* indices = indices_;
    for (std::int64_t vector = 0; vector < place.vectors; ++vector)
      for (const StreamProducts& stream : job_.streams) {
        const auto j = static_cast<std::int64_t>(stream.stream);
        pair.sum(nibbles + job_.inputs.nibble_offset(0, vector, j), 1, indices);
        indices += kLanes;
      }
  }

  /// Of indices_, to the totals or, where 16 bits may not hold them, to the sums.
  void add_multiples(const PairPlace& place, std::int64_t plane) {
    bool is_first = held_ == 0 && plane == 0;
    for (const StreamRun& run : runs_) {
      for (std::int64_t side = 0; side < 2; ++side) {
        const std::int64_t factor = run.weight * factor_of(place, plane, side);
        const std::int64_t column = 2 * place.pair + side;
        const std::int64_t lane = column * job_.inputs.lanes + place.vector * kLanes;
        const RunIndices indices{indices_ + (side * at_once_ * streams_ + run.first) * kLanes,
                                 run.count, place.vectors, streams_ * kLanes};
        if (tiles_in_short_ == 0)
          add_to_sums(convert_, indices, factor, job_.sums + lane);
        else if (is_first)
          add_to_totals<true>(convert_, indices, factor, job_.short_totals + lane);
        else
          add_to_totals<false>(convert_, indices, factor, job_.short_totals + lane);
      }
      is_first = false;
    }
  }

  /// Σ_j 2^j multiple of the streams of a run, by Horner's rule.
  static HWY_INLINE ByteVector sum_run(const Convert& convert, const std::uint8_t* indices,
                                       std::int64_t count) {
    const Bytes bytes;
    ByteVector multiples = convert(hn::Load(bytes, indices + (count - 1) * kLanes));
    const auto add = [&](std::int64_t j) HWY_ATTR {
      multiples =
          hn::Add(hn::Add(multiples, multiples), convert(hn::Load(bytes, indices + j * kLanes)));
    };
    if (count == 4) {
      add(2);
      add(1);
      add(0);
      return multiples;
    }
    for (std::int64_t j = count - 2; j >= 0; --j) add(j);
    return multiples;
  }

  /// s c_i of a column.
  std::int64_t factor_of(const PairPlace& place, std::int64_t plane, std::int64_t side) const {
    const std::int64_t factor = job_.planes.column_planes[static_cast<std::size_t>(plane)].factor;
    const std::int64_t channel = 2 * place.pair + side;
    if (!job_.planes.has_flips() || channel == job_.planes.out_channels) return factor;
    const std::int64_t column = plane * job_.planes.out_channels + channel;
    const std::int8_t* signs = job_.planes.signs_of(job_.group, column / kBlockColumns, place.tile);
    return factor * signs[lane_of_column(column % kBlockColumns)];
  }

  /// Adds to 16-bit totals, those of even lanes, then those of odd ones; the first ones find
  /// nothing to be added to.
  template <bool kIsFirst>
  static HWY_INLINE void add_to_totals(const Convert& convert, RunIndices indices,
                                       std::int64_t factor, std::int16_t* HWY_RESTRICT totals) {
    const Shorts shorts;
    const Convert in_registers = convert;
    const ShortVector factors = hn::Set(shorts, static_cast<std::int16_t>(factor));
    for (; indices.vectors > 0; --indices.vectors, totals += kLanes) {
      const ByteVector multiples = sum_run(in_registers, indices.first, indices.streams);
      indices.first += indices.stride;
      ShortVector even = hn::Mul(even_of(multiples), factors);
      ShortVector odd = hn::Mul(odd_of(multiples), factors);
      if (!kIsFirst) {
        even = hn::Add(even, hn::Load(shorts, totals));
        odd = hn::Add(odd, hn::Load(shorts, totals + kLanes / 2));
      }
      hn::Store(even, shorts, totals);
      hn::Store(odd, shorts, totals + kLanes / 2);
    }
  }

  static void add_to_sums(const Convert& convert, RunIndices indices, std::int64_t factor,
                          std::int32_t* sums) {
    const Ints ints;
    const auto factors = hn::Set(ints, static_cast<std::int32_t>(factor));
    const auto add = [&](auto wide, std::int32_t* sum) HWY_ATTR {
      hn::Store(hn::Add(hn::Load(ints, sum), hn::Mul(wide, factors)), ints, sum);
    };
    for (; indices.vectors > 0; --indices.vectors, sums += kLanes) {
      const ByteVector multiples = sum_run(convert, indices.first, indices.streams);
      indices.first += indices.stride;
      widen(even_of(multiples), odd_of(multiples), sums, add);
    }
  }

  /// Adds the totals to the sums, to which the first ones are the first that is added.
  void spill_totals(bool is_first) const {
    const Ints ints;
    const auto put = [&](const auto& write) HWY_ATTR {
      for (std::int64_t lane = 0; lane < columns() * job_.inputs.lanes; lane += kLanes) {
        const std::int16_t* totals = job_.short_totals + lane;
        widen(hn::Load(Shorts(), totals), hn::Load(Shorts(), totals + kLanes / 2), job_.sums + lane,
              write);
      }
    };
    if (is_first)
      put([&](auto wide, std::int32_t* sums) HWY_ATTR { hn::Store(wide, ints, sums); });
    else
      put([&](auto wide, std::int32_t* sums)
              HWY_ATTR { hn::Store(hn::Add(hn::Load(ints, sums), wide), ints, sums); });
  }

  const PairJob& job_;
  Convert convert_;
  std::int64_t planes_;
  std::int64_t streams_;
  std::int64_t vectors_;
  std::int64_t at_once_;  ///< vectors of positions that are looked up in the same tables
  std::vector<StreamRun> runs_;
  std::int64_t tiles_in_short_;
  std::int64_t held_ = 0;  ///< tiles in the totals, that at hand left out
  const std::uint8_t* nibbles_;
  alignas(64) std::uint8_t indices_[2 * kMostIndices * kLanes];
};

void convert_all_pairs(const PairJob& job) {
  const auto convert_with = [&job](const auto& conversion) { PairKernel(job, conversion).run(); };
  switch (job.table.conversion) {
    case Conversion::kIdentity:
      return convert_with(Identity(job.table));
    case Conversion::kSteps:
      return convert_with(Steps(job.table));
    case Conversion::kLookup:
      return with_lookup(job.table, convert_with);
    case Conversion::kDense:
      fail("columns in pairs give no sums that need 32 bits");
  }
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace bitline
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace bitline {

HWY_EXPORT(lanes_of_pairs);
HWY_EXPORT(do_pairs_pay);
HWY_EXPORT(convert_all_pairs);

std::int64_t pair_lanes() { return HWY_DYNAMIC_DISPATCH(lanes_of_pairs)(); }

bool pairs_pay(std::int64_t cell_bits, std::int64_t positions) {
  return HWY_DYNAMIC_DISPATCH(do_pairs_pay)(cell_bits, positions);
}

void convert_pairs(const PairJob& job) { HWY_DYNAMIC_DISPATCH(convert_all_pairs)(job); }

}  // namespace bitline
#endif
