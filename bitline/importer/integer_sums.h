// ConvInteger and MatMulInteger with what gives their sums a scale. Internal to importer/.
#pragma once

#include "bitline/importer/onnx_node.h"

namespace bitline {

/// Mul of integer sums and a constant: the layer's weights get the scale that leads to the product.
/// Throws Error for a factor that is computed, or is neither one number nor one per output channel,
/// and for sums that have been scaled before.
ImportedValue scaled_sums(OnnxNode& node, const ImportedValue& a, const ImportedValue& b);

}  // namespace bitline
