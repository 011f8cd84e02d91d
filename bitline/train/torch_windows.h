// Convolutions and poolings of every padding in LibTorch operators. Internal to train/.
#pragma once

#include <utility>

#include "bitline/graph/operators.h"
#include "bitline/torch/libtorch.h"

namespace bitline {

// x: [batch, channels, height, width]. `bias` may be undefined.

at::Tensor conv_in_torch(const Conv& conv, const at::Tensor& x, const at::Tensor& weight,
                         const at::Tensor& bias);
/// Gradients of the convolution for its input and its weight, from `above`, that of its output.
std::pair<at::Tensor, at::Tensor> conv_gradients_in_torch(const Conv& conv, const at::Tensor& x,
                                                          const at::Tensor& weight,
                                                          const at::Tensor& above);
at::Tensor conv_transpose_in_torch(const ConvTranspose& conv, const at::Tensor& x,
                                   const at::Tensor& weight, const at::Tensor& bias);
at::Tensor max_pool_in_torch(const Windows& windows, const at::Tensor& x);
at::Tensor average_pool_in_torch(const AveragePool& pool, const at::Tensor& x);

}  // namespace bitline
