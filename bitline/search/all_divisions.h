// Every way to divide levels among layers, where there are few enough to try them all.
#pragma once

#include <cstdint>
#include <vector>

namespace bitline {

/// Index of each layer's levels.
using Division = std::vector<std::size_t>;

/// How many divisions there are of `levels` numbers of levels among `layers` layers, or 0 where
/// that is more than `most`.
std::int64_t count_divisions(std::size_t layers, std::size_t levels, std::int64_t most);

/// All of them, the first layer's index counting fastest.
std::vector<Division> all_divisions(std::size_t layers, std::size_t levels);

}  // namespace bitline
