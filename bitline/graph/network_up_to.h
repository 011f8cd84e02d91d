// The part of a network that one of its values takes.
#pragma once

#include "bitline/graph/network.h"

namespace bitline {

/// The nodes that `node`'s value depends on, the input among them, with `node` as the last and its
/// value as the output. Throws Error with the nearest known name for one that is not there.
Network network_up_to(const Network& network, std::string_view node);

}  // namespace bitline
