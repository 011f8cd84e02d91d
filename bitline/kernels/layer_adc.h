// The tables of one layer, ready for a kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "bitline/adc/adc_spec.h"
#include "bitline/adc/code_table.h"
#include "bitline/mapping/cim_layer.h"

namespace bitline {

/// One layer's ADCs with everything that equation (6) multiplies by brought to integers. A kernel
/// computes, per output,
///   Y_int = adc_factor · S + complement_factor · Σ_t F_t Σ_{r ∈ t} A_r
///           − reference_factor · S_ref − input_sum_factor · Σ A
///           − bias_factor · Σ_t Σ_i Σ_j s c_i g_j h
///   S     = Σ_t Σ_i Σ_j s c_i g_j table(j).values[code(p + h)]
///   S_ref = Σ_t Σ_j g_j reference.values[code(p_ref)]
/// and the real output is Y = Y_int · unit exactly. Where the layer subtracts digitally,
/// values[code(p⁺ + h⁺)] − values[code(p⁻ + h⁻)] stands for values[code(p + h)], and h⁺ − h⁻ for h.
/// s and F_t are those of WeightPlanes.
struct LayerAdc {
  std::vector<CodeTable> tables;      ///< one for all input streams, or one each; of one unit
  CodeTable reference;                ///< of the reference columns; empty where the layer has none
  std::int64_t adc_factor = 1;        ///< the tables' unit / correction.divisor, in units of `unit`
  std::int64_t reference_factor = 0;  ///< reference_weight · reference.unit / divisor, likewise
  std::int64_t input_sum_factor = 0;  ///< input_sum_weight / divisor, likewise
  std::int64_t complement_factor = 0;  ///< 1 / divisor, likewise; 0 where F_t is
  /// h of (5p): what a column's bias rows add to its sums. [planes, out_channels, tiles]; where the
  /// layer subtracts digitally, [planes, 2, out_channels, tiles], h⁺ in front. Empty: 0 everywhere.
  std::vector<std::int32_t> column_bias = {};
  std::int64_t bias_factor = 0;     ///< 1 / divisor, likewise; 0 where h is
  Rational unit = 1;                ///< largest rational of which all five are multiples
  std::int64_t largest_output = 0;  ///< no |Y_int| exceeds it

  /// Of an input stream.
  const CodeTable& table(std::size_t stream) const {
    return tables.size() == 1 ? tables.front() : tables.at(stream);
  }
};

/// Puts the layer's correction and all tables over one common unit; the reference column's table is
/// lossless unless given. `tables` (stream_tables.h): one for all input streams, or one each.
/// Throws Error when a table does not cover the layer's possible sums, when there are tables for
/// another number of streams, when column_bias is of another number of columns or goes with
/// lossless ADCs, or when Y_int might not fit 64 bits.
LayerAdc make_layer_adc(const CimLayer& layer, std::vector<CodeTable> tables);
LayerAdc make_layer_adc(const CimLayer& layer, std::vector<CodeTable> tables,
                        std::vector<std::int32_t> column_bias);
LayerAdc make_layer_adc(const CimLayer& layer, std::vector<CodeTable> tables,
                        const CodeTable& reference, std::vector<std::int32_t> column_bias = {});
LayerAdc make_layer_adc(const CimLayer& layer, const CodeTable& table);
/// As a plan has it. Throws Error, too, where the layer's array cannot hold the bias of a column
/// (check_column_bias).
LayerAdc make_layer_adc(const CimLayer& layer, const AdcSpec& spec, const SumRange& sums);

}  // namespace bitline
