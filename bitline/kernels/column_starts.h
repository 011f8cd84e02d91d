// What the sums of columns with a bias of their own start from; equation (5p) of
// docs/arithmetic.md.
#pragma once

#include <cstdint>
#include <vector>

#include "bitline/base/tensor.h"
#include "bitline/kernels/layer_adc.h"
#include "bitline/kernels/packed_planes.h"

namespace bitline {

/// h of a layer's columns, laid out as its planes are. Prepared once per call.
struct ColumnStarts {
  SumRange sums;  ///< that p + h can take with these very weights, and 0
  /// I32 [groups, blocks, tiles, lanes]; empty where no column has a bias.
  Tensor lanes;
  /// Σ_t Σ_i s c_i h · Σ_j g_j of each output channel; empty likewise.
  std::vector<std::int64_t> constants;

  bool any() const { return lanes.size() != 0; }
  /// [tiles, lanes]; null where no column has a bias.
  const std::int32_t* of(const PackedPlanes& planes, std::int64_t group, std::int64_t block) const {
    return any() ? lanes.data<std::int32_t>().data() + planes.sign_offset_of(group, block, 0)
                 : nullptr;
  }
};

ColumnStarts column_starts(const LayerAdc& adc, const PackedPlanes& planes,
                           const std::vector<std::int64_t>& stream_weights);

}  // namespace bitline
