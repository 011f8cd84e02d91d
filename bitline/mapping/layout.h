// What a mapped layer costs in arrays, columns, conversions and bits: the numbers of inspect.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bitline {

struct CimLayer;

/// Counts of one layer. How cells are packed into arrays of rows × columns:
/// - A tile of a group takes as many rows as it has inputs and bias rows, and one strip of columns:
/// planes ×
///   out_channels / groups of them, twice that for differential pairs, and one more for a reference
///   column. A pair is never torn apart; otherwise a strip wider than an array goes on in the next.
/// - Whole tiles stand one below the other in a strip while the array has rows left (the word lines
///   driven in one read are one tile's), in order, the groups one after the other.
/// - Strips of an ungrouped layer are never side by side: a read drives one of them, and those of
///   the other would stand idle. Strips of a grouped layer are, while the array has columns left:
///   groups differ in their inputs and wait for each other anyway.
/// - Arrays are not shared between layers.
struct LayerLayout {
  std::string name;                   ///< the layer's
  std::int64_t fan_in = 0;            ///< K
  std::int64_t tiles = 0;             ///< of one group
  std::int64_t planes = 0;            ///< planes of digits of the weights; equation (2)
  std::int64_t streams = 0;           ///< streams of digits of the activations; equation (1)
  std::int64_t arrays = 0;            ///< of rows × columns cells
  std::int64_t physical_columns = 0;  ///< bit lines that carry at least one of the layer's cells
  double cell_utilisation = 0;        ///< cells used / cells of the arrays, in (0, 1]
  int partial_sum_bits = 0;           ///< of a possible p; a sign bit only where p < 0 is possible
  int accumulator_bits = 0;      ///< two's complement, of the lossless layer; accumulator_bits()
  std::int64_t conversions = 0;  ///< of one image, by normal columns
  std::int64_t reference_conversions = 0;  ///< of one image, by reference columns
  std::int64_t longest_reads = 0;          ///< of one image, by the array that is read most often
  std::int64_t driven_word_lines = 0;      ///< of one image, over all reads
  /// Of one image: cells of the layer on driven word lines, those of strips beside the one that is
  /// read included.
  std::int64_t cell_reads = 0;
  /// Of one image: one bit of a cell's digit times one bit of an input's digit, of the tiles that
  /// are read. A digit of m bits that holds the last one of three has one bit.
  std::int64_t bit_products = 0;
  std::int64_t adcs = 0;            ///< at the foot of the arrays, inputs_per_adc() columns to one
  std::int64_t reference_adcs = 0;  ///< besides, one for the reference column of each strip
  std::vector<std::string> notes;   ///< what a designer would otherwise wonder about; often empty
};

/// The counts of a layer that was mapped.
LayerLayout layout_of(const CimLayer& layer);

/// Bits of a two's complement accumulator that holds Σ_t Σ_i Σ_j c_i g_j v for every |v| ≤
/// largest_value: T · Σ_i |c_i| · Σ_j |g_j| · largest_value is the exact worst case.
int accumulator_bits(const CimLayer& layer, std::int64_t largest_value);

}  // namespace bitline
