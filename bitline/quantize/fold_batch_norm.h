// Batch-norm as part of the weights in front of it.
#pragma once

#include "bitline/graph/network.h"

namespace bitline {

/// Whether the channels of a layer's value of this shape are along axis 0, which a batch-norm goes
/// by. Of a linear layer over several vectors axis 0 counts the vectors.
bool has_channels_first(const Node& layer, const Shape& shape);

/// Multiplies the weights of each Conv and Linear whose value a batch-norm alone reads by
/// γ / √(σ² + ε) of their channel, gives the layer the bias (b − μ) γ / √(σ² + ε) + β, and drops
/// the batch-norm. Other batch-norms stay. Throws Error for a network that has grids: their
/// integers would change.
void fold_batch_norm(Network& network);

}  // namespace bitline
