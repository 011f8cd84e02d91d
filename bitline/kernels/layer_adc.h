// The tables of one layer, ready for a kernel.
#pragma once

#include "bitline/adc/code_table.h"
#include "bitline/mapping/cim_layer.h"

namespace bitline {

/// One layer's ADCs with everything that equation (6) multiplies by brought to integers. A kernel
/// computes, per output,
///   Y_int = adc_factor · S + complement_factor · Σ_t F_t Σ_{r ∈ t} A_r
///           − reference_factor · S_ref − input_sum_factor · Σ A
///   S     = Σ_t Σ_i Σ_j s c_i g_j table.values[code(p)]
///   S_ref = Σ_t Σ_j g_j reference.values[code(p_ref)]
/// and the real output is Y = Y_int · unit exactly. Where the layer subtracts digitally,
/// values[code(p⁺)] − values[code(p⁻)] stands for values[code(p)]. s and F_t are those of
/// WeightPlanes.
struct LayerAdc {
  CodeTable table;
  CodeTable reference;                 ///< of the reference columns; empty where the layer has none
  std::int64_t adc_factor = 1;         ///< table.unit / correction.divisor, in units of `unit`
  std::int64_t reference_factor = 0;   ///< reference_weight · reference.unit / divisor, likewise
  std::int64_t input_sum_factor = 0;   ///< input_sum_weight / divisor, likewise
  std::int64_t complement_factor = 0;  ///< 1 / divisor, likewise; 0 where F_t is
  Rational unit = 1;                   ///< largest rational of which all four are multiples
};

/// Puts the layer's correction and both tables over one common unit; the reference column's table
/// is lossless unless given. Throws Error when a table does not cover the layer's possible sums, or
/// when Y_int might not fit 64 bits.
LayerAdc make_layer_adc(const CimLayer& layer, const CodeTable& table);
LayerAdc make_layer_adc(const CimLayer& layer, const CodeTable& table, const CodeTable& reference);

}  // namespace bitline
