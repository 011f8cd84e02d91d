// What a designer chooses about a layer's ADC, and the table that follows from it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "bitline/adc/code_table.h"
#include "bitline/adc/quantizer.h"
#include "bitline/base/enum_names.h"
#include "bitline/base/rational.h"

namespace bitline {

/// Step of zero-tread: 2δ/L' (range), 2δ/(L' − 1) (outer-levels), 2δ/(L − 1) (codes).
enum class StepRule { kRange, kOuterLevels, kCodes };
template <>
struct EnumNames<StepRule> {
  static constexpr std::string_view kWhat = "step rule";
  static constexpr std::array<std::string_view, 3> kNames{"range", "outer-levels", "codes"};
};
/// A sum half-way between two levels goes up, as comparators do, or away from the centre.
enum class TieRule { kUp, kAway };
template <>
struct EnumNames<TieRule> {
  static constexpr std::string_view kWhat = "tie rule";
  static constexpr std::array<std::string_view, 2> kNames{"up", "away"};
};
/// Levels on both sides of the centre, or none below it (cells of 0/1 never give p < 0).
/// kAutomatic: one-sided where no possible sum lies below the centre.
enum class Sides { kAutomatic, kBoth, kOneSided };
template <>
struct EnumNames<Sides> {
  static constexpr std::string_view kWhat = "sides";
  static constexpr std::array<std::string_view, 3> kNames{"automatic", "both", "one-sided"};
};

/// One layer's ADC. Which other members count is the quantizer's to say (QuantizerPolicy::uses).
struct AdcSpec {
  Quantizer quantizer = quantizers::kZeroTread;  ///< the kind of ADC
  std::int64_t levels = 16;                      ///< L ≥ 2
  Rational delta = 16;  ///< δ, bound of the range, in units of the partial sum (LSB)
  Rational centre = 0;  ///< x
  StepRule step_rule = StepRule::kRange;  ///< zero-tread only
  TieRule tie_rule = TieRule::kUp;        ///< where a sum lies half-way between two levels
  Sides sides = Sides::kAutomatic;        ///< of the centre that have levels
  /// @{
  /// The members that make_code_table refuses.
  /// s_j: input stream j is read over δ · 2^−s_j (stream_tables.h); empty: all over δ.
  std::vector<int> stream_shifts = {};
  /// h of every column (5p): its ADC sees p + h, by bias rows or references of its own. [planes,
  /// out_channels, tiles]; where pairs are subtracted digitally, [planes, 2, out_channels, tiles],
  /// the positive half in front. Empty: 0 everywhere.
  std::vector<std::int32_t> column_bias = {};
  /// @}
  /// @{
  /// The transfer curve of quantizers::kTable, measured (measured_table.h) or computed.
  std::vector<std::int64_t> table_thresholds;
  std::vector<Rational> table_values;
  /// @}

  friend bool operator==(const AdcSpec&, const AdcSpec&) = default;
};

/// Δ, the step between neighbouring levels: the mean one of a quantizer that has no one step.
Rational step_of(const AdcSpec& spec, const SumRange& sums);

/// The table over the possible sums; equations (5) to (5g) of
/// docs/arithmetic.md. Throws Error (kUsage) for levels < 2, for δ < ½ or δ above largest_delta()
/// (named), a centre outside the possible sums, a choice that the quantizer has no use for, a table
/// that is not monotone, and values that do not fit 32 bits.
CodeTable make_code_table(const AdcSpec& spec, const SumRange& sums);

/// δ at which every possible sum is read as it is: the sums lie on levels, and their distance is Δ.
/// Empty for an ADC without a range, for one with fewer levels than sums, and where no δ puts
/// levels on the sums.
std::optional<Rational> exact_delta(AdcSpec spec, const SumRange& sums);

/// The largest possible δ: the largest possible |p|, or exact_delta() where that is more.
Rational largest_delta(const AdcSpec& spec, const SumRange& sums);

/// Throws Error (kUsage) unless an ADC can have so many levels: 2 to kMaximumLevels.
void check_levels(std::int64_t levels);

/// kBoth or kOneSided: what the spec means for sums that start at `minimum`.
Sides resolved_sides(const AdcSpec& spec, std::int64_t minimum);

/// Throws Error (kUsage) for a step rule that the quantizer has no use for.
void check_step_rule(const AdcSpec& spec);

}  // namespace bitline
