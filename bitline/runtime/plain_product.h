// A convolution as loops, for programs without LibTorch.
#pragma once

#include <memory>

#include "bitline/runtime/dense.h"

namespace bitline {

/// `weights` I32 or F32 [out_channels, fan_in]. Integers are summed as integers and held in `held`,
/// F32 or F64, which has to take them exactly; real numbers are summed in float32, one input of the
/// fan-in after the other, so that an output depends on nothing but its inputs.
std::unique_ptr<DenseProduct> make_plain_product(const ConvGeometry& geometry,
                                                 const Tensor& weights, std::int64_t pad_value,
                                                 DType held);

}  // namespace bitline
