// Arrays and ADC plans.
#pragma once

#include <vector>

#include "bitline/runtime/executor.h"

namespace bitline::test {

inline AdcPlan plan_for(const Executor& executor, const AdcSpec& spec) {
  AdcPlan plan;
  for (const CimLayer* layer : executor.cim_layers())
    plan.layers[layer->name] = {spec, layer->sums};
  return plan;
}

inline AdcSpec lossless() {
  AdcSpec spec;
  spec.quantizer = quantizers::kLossless;
  return spec;
}

inline AdcSpec four_levels() {
  AdcSpec spec;
  spec.levels = 4;
  spec.delta = 4;  // the shortest tile has four rows
  return spec;
}

/// Arrays that between them use every encoding (the default first), both cuts, wide cells and wide
/// DACs.
inline std::vector<ArraySpec> arrays() {
  ArraySpec array;
  array.rows = 16;
  std::vector<ArraySpec> all{array};
  for (const EncodingPolicy* encoding : all_policies<EncodingPolicy>()) {
    array.encoding = *encoding;
    if (array.encoding != all[0].encoding) all.push_back(array);
  }
  all[0].tile_cut = TileCut::kBalanced;
  all[1].row_order = RowOrder::kKernelMajor;
  all[2].cell_bits = 2;
  all.back().dac_bits = 2;
  return all;
}

}  // namespace bitline::test
