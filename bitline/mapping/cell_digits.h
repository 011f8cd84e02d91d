// What the cells of a mapped layer store, column by column.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "bitline/mapping/cim_layer.h"

namespace bitline {

/// Reads WeightPlanes::digits where the layer has them, and makes them of its weights again where
/// map_layer() left them out (Digits::kOnDemand). `layer` has to outlive it. One thread each.
class CellDigits {
 public:
  explicit CellDigits(const CimLayer& layer);

  /// Of one plane and output channel, [fan_in] in (c, y, x) order; until the next call.
  std::span<const std::int8_t> column(std::int64_t plane, std::int64_t channel);

 private:
  void flip(std::int64_t plane, std::int64_t channel);

  const CimLayer& layer_;
  std::int64_t smallest_ = 0;                        // weight
  std::vector<std::vector<std::int8_t>> of_weight_;  // by plane and W − smallest_; empty if stored
  std::vector<std::int8_t> digits_;                  // of the last column that was asked for
  std::int64_t plane_ = -1;                          // of it
  std::int64_t channel_ = -1;
};

/// All of them, as WeightPlanes::digits.
Tensor all_cell_digits(const CimLayer& layer);

}  // namespace bitline
