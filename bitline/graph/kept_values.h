// Operators that move values or choose among them: a grid in front of one holds behind it too.
#pragma once

#include <map>
#include <string>

#include "bitline/graph/network.h"

namespace bitline {

/// Whether every value that the operator gives is one of those that it reads.
bool keeps_values(const Operator& op);

/// Nodes whose values lie on the grid of the node in front, by name, each with the first node of
/// that grid: such a grid is one, however many nodes carry it.
std::map<std::string, std::string> carried_grids(const Network& network);

}  // namespace bitline
