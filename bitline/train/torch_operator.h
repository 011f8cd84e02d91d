// What each operator computes, in LibTorch operators that can be differentiated.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bitline/graph/network.h"
#include "bitline/torch/libtorch.h"

namespace bitline {

/// A node's value before its own grid, for inputs [batch, ...] and parameters by role. With
/// `training`, batch-norm uses the batch's statistics and updates "mean" and "variance" in place.
/// Rounding to multiples passes gradients as if it were not there. Throws Error for the operators
/// that read no value: Input and Constant.
at::Tensor run_in_torch(const Node& node, const std::vector<at::Tensor>& inputs,
                        const std::map<std::string, at::Tensor>& parameters, bool training);

}  // namespace bitline
