// The gradient of a layer whose forward pass the array computes: straight through its ADCs.
#pragma once

#include <vector>

#include "bitline/graph/network.h"
#include "bitline/torch/libtorch.h"

namespace bitline {

/// What the rows of one tile let through of each output's gradient. Both are F32.
struct TileShare {
  at::Tensor mask;   ///< 1 for the tile's weights; broadcasts to the weight's shape
  at::Tensor share;  ///< factor of the gradient; broadcasts to the outputs' shape
};

/// `value` forward. Backward, for the input and the weight of the Conv or Linear `node` (no bias),
/// the gradients of equations (18) and (19): those of the ordinary layer where `shares` is empty.
at::Tensor pass_straight_through(const Node& node, const at::Tensor& input,
                                 const at::Tensor& weight, const at::Tensor& value,
                                 std::vector<TileShare> shares);

}  // namespace bitline
