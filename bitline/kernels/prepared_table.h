// A layer's code table in the form that costs the fused kernel least. Prepared once per call.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "bitline/adc/code_table.h"
#include "bitline/kernels/packed_planes.h"

namespace bitline {

/// How the kernel gets from a sum to its value.
enum class Conversion {
  kIdentity,  ///< the index is the value's multiple
  kSteps,     ///< a few comparisons, as a flash ADC does
  kLookup,    ///< a table of at most 256 bytes
  kDense,     ///< a table of 32-bit values over all possible sums
};

/// A value is base + scale · multiple(index(p)). The index is p − origin, or, where the
/// table's changes lie further apart than a byte reaches, the number of thresholds that p − origin
/// reaches. The kernel works on bytes wherever index and multiple fit one; every sum outside the
/// window of indices has the value of the window's nearer end.
struct PreparedTable {
  struct Step {
    std::uint8_t threshold = 0;  ///< smallest index that takes the step
    std::uint8_t height = 0;     ///< modulo 256
  };
  /// A table of more entries than two lookups reach, as sixteen segments of 2^shift entries each of
  /// which has one step at most: entry e of segment k has multiples[k], and from steps[k] on
  /// heights[k] more, modulo 256.
  struct Segments {
    int shift = 0;
    std::array<std::uint8_t, 16> multiples = {};
    std::array<std::uint8_t, 16> steps = {};
    std::array<std::uint8_t, 16> heights = {};
  };
  static constexpr std::size_t kMostSteps = 3;
  static constexpr std::size_t kMostThresholds = 63;

  Conversion conversion = Conversion::kDense;
  bool byte_sums = false;  ///< all possible p − origin fit a byte, so that nothing need be clamped
  std::int64_t origin = 0;
  std::int64_t base = 0;
  std::int64_t scale = 1;
  std::int64_t zero_multiple = 0;                ///< of p = 0
  std::uint8_t first = 0, last = 0;              ///< window of indices
  std::array<std::uint8_t, 256> multiples = {};  ///< from index `first` on; last repeated
  std::vector<std::int16_t> thresholds;  ///< of p − origin, ascending; empty: that is the index
  std::vector<Step> steps;               ///< kSteps: at most kMostSteps
  std::optional<Segments> segments;      ///< kLookup: where its steps lie far enough apart
  std::vector<std::int32_t> dense;       ///< kDense: by p − origin
  /// Tiles whose Σ_j g_j multiple 16 bits hold; 0: one stream's only.
  std::int64_t tiles_in_short = 0;
};

/// A sum at which a table's value changes, and by how much.
struct ValueChange {
  std::int64_t p = 0;
  std::int64_t height = 0;
  friend bool operator==(const ValueChange&, const ValueChange&) = default;
};

/// Changes above the smallest of `sums`, ascending, each p once.
std::vector<ValueChange> value_changes(const CodeTable& table, const SumRange& sums);

/// Tables whose values for `sums` add up to those of `table`: one, or one for each byte of
/// multiples that take two, the lower one first, which has the whole base. The kernel sums
/// multiples over `stream_weights` in 16 bits as long as those hold them, and over all tiles and
/// column planes of `planes` in 32 (kDense: in 64).
std::vector<PreparedTable> prepare_tables(const CodeTable& table, const SumRange& sums,
                                          const PackedPlanes& planes,
                                          const std::vector<std::int64_t>& stream_weights);

}  // namespace bitline
