// A classifier that ends in Softmax or LogSoftmax. Internal to importer/.
#pragma once

#include <string>

#include "bitline/graph/network.h"

namespace bitline {

/// Takes a Softmax over all classes out of the network where nothing but a change of shape lies
/// between it and the output: what stands in front are the logits, of which the greatest is the
/// same one, and of which a cross-entropy takes the softmax by itself. A grid behind the Softmax
/// goes with it. Returns the name of the network's output.
std::string without_last_softmax(Network& network, const std::string& output);

}  // namespace bitline
