// The definition. Nested loops that read like equations (1) to (6) of docs/arithmetic.md; every
// faster kernel equals them bit for bit. Shares no code with the fast path.
#pragma once

#include <cstdint>
#include <span>

#include "bitline/kernels/layer_adc.h"
#include "bitline/kernels/layer_histogram.h"

namespace bitline {

/// activations: integers [images, in_channels, in_height, in_width]; outputs: Y_int (LayerAdc)
/// [images, out_channels, out_height, out_width]. `histogram`, when given, counts every conversion
/// of a normal column. Throws Error when a size does not fit or an activation lies outside the
/// layer's grid.
void reference_accumulate(const CimLayer& layer, const LayerAdc& adc, std::int64_t images,
                          std::span<const std::int32_t> activations,
                          std::span<std::int64_t> outputs, LayerHistogram* histogram = nullptr);

}  // namespace bitline
