// Where each node of a network is computed: which layers lie on the array, and why the others stay
// digital. The Executor computes what is decided here, and `bitline inspect` explains it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bitline/graph/network.h"
#include "bitline/graph/place.h"
#include "bitline/mapping/network_arrays.h"
#include "bitline/runtime/mac_mode.h"

namespace bitline {

class Executor;

struct PlaceAndReason {
  Place place = Place::kDigital;
  std::string reason;  ///< why it is not on the array; empty where nobody would expect it there
};

/// For each convolution and linear layer, by name. Layers without integer grids are computed in
/// real numbers. First and last of the others, in the network's order, follow first_layer and
/// last_layer of array.common in analog mode, and those between them lie on the array; what
/// array.layers says of a layer comes before both. Throws Error (kUsage) for a name in array.layers
/// that is none of a layer, and for the array of a layer that does not lie on it.
std::map<std::string, PlaceAndReason> place_layers(const Network& network, MacMode mode,
                                                   const NetworkArrays& array);

struct Placement {
  std::string node;
  std::string_view op;  ///< operator
  Shape shape;          ///< of its value
  Place place = Place::kDigital;
  std::string reason;  ///< as in PlaceAndReason
};

/// One for each node behind the input, in the order in which `executor` computes them, what it
/// folds behind a layer right after that: layers stand as cim_layers() has them.
std::vector<Placement> placements_of(const Executor& executor);

}  // namespace bitline
