// LibTorch's convolution behind the interface of runtime/.
#pragma once

#include <memory>

#include "bitline/runtime/dense.h"

namespace bitline {

/// As TorchPart::make_product says it.
std::unique_ptr<DenseProduct> make_torch_product(const ConvGeometry& geometry,
                                                 const Tensor& weights, std::int64_t pad_value,
                                                 DType held);

}  // namespace bitline
