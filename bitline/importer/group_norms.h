// Group normalization as PyTorch writes it. Internal to importer/.
#pragma once

#include <string>

#include "bitline/graph/network.h"

namespace bitline {

/// Makes one GroupNorm of what normalizes each group as a channel of its own, between two reshapes,
/// and of the scale and offset per channel behind them; what that leaves unread stays. `output` is
/// the node that the network's result is; returns the one that it is now.
std::string merge_group_norms(Network& network, std::string output);

}  // namespace bitline
