// Grids for a float network from what it computes on some images; no labels, no gradients.
#pragma once

#include "bitline/base/progress.h"
#include "bitline/graph/network.h"
#include "bitline/quantize/quantizers.h"
#include "bitline/quantize/range_rule.h"

namespace bitline {

struct PostTrainingOptions {
  RangeOptions range;
  bool fold_batch_norm = false;  ///< into the weights, before they are put on a grid
  bool correct_bias = false;     ///< equation (17)
};

/// Puts weights and inputs of every layer on grids of `options`' bits. The steps of weights follow
/// from the weights, those of inputs from the values that `images` (F32, normalised) give in the
/// float network, in 4,096 bins. With correct_bias, each layer's bias takes up what the grids in
/// front of it change in the mean of its output, channel by channel, front to back. Throws Error
/// for a network that has grids already, and as attach_quantizers does.
Network quantize_post_training(Network network, const QuantizeOptions& options,
                               const PostTrainingOptions& post, const Tensor& images,
                               const Job& job);

}  // namespace bitline
