// The array for a network that comes without a configuration.
#pragma once

#include "bitline/graph/network.h"
#include "bitline/mapping/array_spec.h"

namespace bitline {

/// The default array; with bipolar cells where weights are odd integers, which others do not hold.
ArraySpec default_array(const Network& network);

}  // namespace bitline
