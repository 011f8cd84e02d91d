// Which values of a network can never be negative: their grids need no sign.
#pragma once

#include <set>
#include <string>

#include "bitline/graph/network.h"

namespace bitline {

/// Names of the nodes whose values are never negative, whatever the images; only where that is
/// certain from the operators, the constants and the grids that stand on values already.
std::set<std::string> non_negative_values(const Network& network);

}  // namespace bitline
