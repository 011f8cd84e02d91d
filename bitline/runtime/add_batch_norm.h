// Batch-norm for layers that have none, as where an export has folded it into the weights, so that
// recalibration has something to move.
#pragma once

#include <string>
#include <vector>

#include "bitline/base/progress.h"
#include "bitline/mapping/network_arrays.h"
#include "bitline/runtime/executor.h"

namespace bitline {

/// Whether a batch-norm stands behind a layer.
bool has_batch_norm(const Network& network);

/// Whether add_batch_norm() made the node, by its name.
bool is_added_batch_norm(const Node& node);

/// Layers on the array behind which no batch-norm is folded, front to back; without those that
/// multiply several vectors of an image, whose channels are not along the axis that a batch-norm
/// goes by.
std::vector<std::string> layers_without_batch_norm(const Network& network,
                                                   const NetworkArrays& array);

/// A batch-norm behind each of them that changes nothing, equation (14b): its statistics are those
/// of the layer's outputs with lossless ADCs on `images` (F32, normalised), its scale and shift
/// take them out again. A layer's grid is then that of its batch-norm, which is called
/// LAYER.batch_norm. The network itself where no layer lacks one. Throws Error that names the layer
/// when a channel has fewer than 2 values.
Network add_batch_norm(const Network& network, const NetworkArrays& array, Engine engine,
                       const Tensor& images, const Job& job);

}  // namespace bitline
