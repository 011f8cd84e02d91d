// Every ADC is a table: integer thresholds in, integer values times one rational unit out.
#pragma once

#include <cstdint>
#include <vector>

#include "bitline/base/rational.h"
#include "bitline/base/sum_range.h"

namespace bitline {

/// The most levels that a table may have; full levels of 256 rows, 4-bit cells and DACs are
/// 115,201.
inline constexpr std::int64_t kMaximumLevels = std::int64_t{1} << 20;

/// A monotone ADC over integer partial sums; equation (5) of docs/arithmetic.md.
/// code(p) = number of thresholds t with p ≥ t, as a flash ADC's comparators count.
/// value(k) = values[k] · unit.
struct CodeTable {
  std::int64_t minimum = 0;  ///< smallest possible partial sum
  std::int64_t maximum = 0;  ///< largest possible partial sum
  /// levels − 1 of them, ascending. Neighbours may be equal (a step below 1 leaves no integer
  /// between them) and may lie outside [minimum + 1, maximum]: some codes are then never reached.
  std::vector<std::int64_t> thresholds;
  std::vector<std::int32_t> values;  ///< one per code, non-decreasing
  Rational unit = 1;                 ///< scale of `values`, in units of the partial sum (LSB)
  bool lossless = false;             ///< value(p) = p for each possible sum, unit 1

  /// Number of codes.
  std::int64_t levels() const { return static_cast<std::int64_t>(values.size()); }
  /// 0 … levels() − 1, for any p.
  std::int64_t code(std::int64_t p) const;
  /// values[code(p)], in units of `unit`.
  std::int32_t value(std::int64_t p) const { return values[static_cast<std::size_t>(code(p))]; }
  /// value(p) for every possible sum, index p − minimum.
  std::vector<std::int32_t> dense() const;
};

/// `value` as a whole multiple of `unit`, which it is. Throws Error (kUsage) for a multiple that
/// does not fit 32 bits.
std::int32_t in_units(const Rational& value, const Rational& unit);

/// Throws Error (kUsage) when thresholds descend, values decrease, their numbers do not fit each
/// other, the unit is not positive, or the sums do not fit 32 bits.
void validate(const CodeTable& table);

/// Throws Error (kUsage) unless minimum ≤ maximum, both fit 32 bits, and steps lead from one to the
/// other.
void check_sums(const SumRange& sums);

/// The table with these thresholds and exact values, one more than thresholds; its unit is the
/// largest rational of which every value is a whole multiple (1 where all are 0). Throws Error
/// (kUsage) as validate does, and for a multiple that does not fit 32 bits.
CodeTable table_from_values(const SumRange& sums, std::vector<std::int64_t> thresholds,
                            const std::vector<Rational>& values);

/// value(p) = p for each possible sum. Throws Error (kUsage) beyond kMaximumLevels.
CodeTable lossless_table(const SumRange& sums);

}  // namespace bitline
