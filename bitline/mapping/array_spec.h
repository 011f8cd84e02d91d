// The array that a user describes: everything about the crossbar except its ADCs' quantizer.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "bitline/base/enum_names.h"
#include "bitline/mapping/encoding.h"

namespace bitline {

/// Where a differential pair is subtracted: before the ADC, or after two conversions.
enum class Subtract { kAnalog, kDigital };
template <>
struct EnumNames<Subtract> {
  static constexpr std::string_view kWhat = "subtract";
  static constexpr std::array<std::string_view, 2> kNames{"analog", "digital"};
};
/// How the offset encoding's offset is taken away again: by a reference column of ones, which is
/// converted like any other, or in digital logic from Σ A, which is exact.
enum class OffsetRemoval { kReferenceColumn, kDigital };
template <>
struct EnumNames<OffsetRemoval> {
  static constexpr std::string_view kWhat = "offset removal";
  static constexpr std::array<std::string_view, 2> kNames{"reference-column", "digital"};
};
/// Order in which the fan-in of a convolution is laid along the rows; equation (4).
enum class RowOrder { kChannelMajor, kKernelMajor, kWholeChannels };
template <>
struct EnumNames<RowOrder> {
  static constexpr std::string_view kWhat = "row order";
  static constexpr std::array<std::string_view, 3> kNames{"channel-major", "kernel-major",
                                                          "whole-channels"};
};
/// How the fan-in is cut into tiles: 128 + 16 (full) or 72 + 72 (balanced); equation (4).
enum class TileCut { kFull, kBalanced };
template <>
struct EnumNames<TileCut> {
  static constexpr std::string_view kWhat = "tile cut";
  static constexpr std::array<std::string_view, 2> kNames{"full", "balanced"};
};
/// How signed activations become digits; equation (1).
enum class ActivationEncoding { kTwosComplement, kSignMagnitude };
template <>
struct EnumNames<ActivationEncoding> {
  static constexpr std::string_view kWhat = "activation encoding";
  static constexpr std::array<std::string_view, 2> kNames{"twos-complement", "sign-magnitude"};
};
/// Which columns store other digits than their weights have, and count with the opposite sign;
/// equation (2a). kComplement (ISAAC): digits of 0 … 2^m − 1 that sum to more than half of what
/// their cells hold are stored as their complement. kSign: pairs and cells of −1/+1 whose digits
/// sum to less than 0 are stored negated.
enum class ColumnFlip { kNone, kComplement, kSign };
template <>
struct EnumNames<ColumnFlip> {
  static constexpr std::string_view kWhat = "column flip";
  static constexpr std::array<std::string_view, 3> kNames{"none", "complement", "sign"};
};
/// Whose the thresholds of an ADC are: one reference for a layer, or references that are set anew
/// for every column; equation (5p).
enum class Thresholds { kLayer, kColumn };
template <>
struct EnumNames<Thresholds> {
  static constexpr std::string_view kWhat = "thresholds";
  static constexpr std::array<std::string_view, 2> kNames{"layer", "column"};
};
/// How a layer's sums become the next layer's integers: in real numbers, (7), or by an integer
/// multiplier, a shift and a rounding, (8b).
enum class Requantize { kFloat, kFixed };
template <>
struct EnumNames<Requantize> {
  static constexpr std::string_view kWhat = "requantization";
  static constexpr std::array<std::string_view, 2> kNames{"float", "fixed"};
};
/// What happens to the first and the last layer.
enum class LayerPolicy { kDigitalInteger, kMapped };
template <>
struct EnumNames<LayerPolicy> {
  static constexpr std::string_view kWhat = "layer policy";
  static constexpr std::array<std::string_view, 2> kNames{"digital-integer", "mapped"};
};

/// One array, and how a layer lies on as many of its kind as it needs.
struct ArraySpec {
  std::int64_t rows = 128;       ///< word lines of one array
  std::int64_t active_rows = 0;  ///< word lines driven in one read (N); 0 means all rows
  std::int64_t bias_rows = 0;    ///< k, of these, driven in every read and holding no weights
  std::int64_t columns = 128;    ///< bit lines of one array
  int cell_bits = 1;             ///< m, 1 to 4
  int dac_bits = 1;              ///< d, 1 to 4
  Encoding encoding = encodings::kDifferential;                    ///< of weights in cells
  Subtract subtract = Subtract::kAnalog;                           ///< pairs only
  OffsetRemoval offset_removal = OffsetRemoval::kReferenceColumn;  ///< offsets only
  ColumnFlip column_flip = ColumnFlip::kNone;                      ///< which columns are flipped
  RowOrder row_order = RowOrder::kChannelMajor;                    ///< of a convolution's fan-in
  TileCut tile_cut = TileCut::kFull;                               ///< where a tile ends
  /// Of signed activations.
  ActivationEncoding activation_encoding = ActivationEncoding::kTwosComplement;
  /// Converted columns that share one ADC; a pair subtracted before the ADC is one of them.
  std::int64_t columns_per_adc = 1;
  /// The same in bit lines, of which a pair has two; 0: as columns_per_adc says.
  std::int64_t bit_lines_per_adc = 0;
  Thresholds thresholds = Thresholds::kLayer;  ///< whose an ADC's are
  std::int64_t adc_levels = 0;                 ///< the most that its ADCs can have; 0: any number
  LayerPolicy first_layer = LayerPolicy::kDigitalInteger;  ///< whether it lies on the array
  LayerPolicy last_layer = LayerPolicy::kDigitalInteger;   ///< likewise
  Requantize requantize = Requantize::kFloat;              ///< what stands behind the sums
  int requantize_bits = 16;                                ///< F of (8b), 2 to 20

  /// N: rows driven at once.
  std::int64_t driven_rows() const { return active_rows == 0 ? rows : active_rows; }
  /// Of them, those that hold weights.
  std::int64_t weight_rows() const { return driven_rows() - bias_rows; }
  /// Whether columns can have a bias of their own, be it in cells or in their references.
  bool biases_columns() const { return bias_rows > 0 || thresholds == Thresholds::kColumn; }
  /// What the ADCs of an array choose among: its columns, or the pairs of them that are subtracted
  /// before an ADC, each of which is one input.
  std::int64_t adc_inputs() const { return columns / bit_lines_per_input(); }
  /// Bit lines of one such input: 2 of a pair that is subtracted before its ADC, else 1.
  std::int64_t bit_lines_per_input() const {
    return encoding->in_pairs && subtract == Subtract::kAnalog ? 2 : 1;
  }
  /// Inputs that share one ADC, whichever way that was said.
  std::int64_t inputs_per_adc() const {
    return bit_lines_per_adc == 0 ? columns_per_adc : bit_lines_per_adc / bit_lines_per_input();
  }
  /// What an ADC has where it is asked for `levels`.
  std::int64_t levels_within(std::int64_t levels) const {
    return adc_levels == 0 ? levels : std::min(levels, adc_levels);
  }
  /// ADCs of one array, the last of which may have fewer inputs than the others.
  std::int64_t adcs() const { return (adc_inputs() - 1) / inputs_per_adc() + 1; }

  friend bool operator==(const ArraySpec&, const ArraySpec&) = default;
};

/// "8 per array, each for 8 pairs = 16 bit lines".
std::string adcs_in_words(const ArraySpec& array);

/// Throws Error (kUsage) that names the field, its value, the limit and the remedy.
void validate(const ArraySpec& array);

}  // namespace bitline
