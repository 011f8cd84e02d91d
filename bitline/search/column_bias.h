// Where the thresholds of each column belong: δ of a layer and the bias of its columns, from the
// sums of every column; equation (5q) of docs/arithmetic.md.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bitline/adc/adc_spec.h"
#include "bitline/base/rational.h"

namespace bitline {

/// AdcSpec::column_bias by layer name.
using ColumnBiases = std::map<std::string, std::vector<std::int32_t>>;

/// The sums of all columns of a layer.
struct ColumnSums {
  /// What a column's error counts in an output, and its counts.
  struct Column {
    std::int64_t weight = 1;           ///< c_i
    std::vector<std::int64_t> counts;  ///< from seen.minimum on
  };

  SumRange possible;                                  ///< that a table covers
  SumRange seen;                                      ///< that are counted; within these
  SumRange biases;                                    ///< values that h can take
  std::int64_t columns = 0;                           ///< in the order of AdcSpec::column_bias
  std::function<Column(std::int64_t column)> column;  ///< called by several threads at once
};

/// A layer's ADC with its δ and its columns' bias. Of δ = delta_step, 2 · delta_step … up to the
/// largest possible |p| the one, and for it of each column's possible h the one, under which
/// Σ c_i² var(value(code(p + h)) − p) over all columns is least: an error's mean is a constant of
/// the output, which the digital part takes away. Of equals the h nearest 0, the negative one of
/// two, and the larger δ. Throws Error (kUsage) for sums of more than 15 bits, and what
/// make_code_table throws.
AdcSpec fit_column_bias(const AdcSpec& spec, const ColumnSums& sums, const Rational& delta_step);

/// An ADC of L levels at any places, and its columns' bias: csnr_lloyd_max() of all columns' p + h,
/// for it of each column's possible h the best one as above, and so on in turn, from h = 0 until
/// the error does not fall any more, kMostTurns times at most. The table and bias of the least
/// error are taken, of equals the first ones. Throws as both do.
AdcSpec fit_column_levels(std::int64_t levels, const ColumnSums& sums);

/// Of fit_column_levels().
inline constexpr int kMostTurns = 10;

}  // namespace bitline
