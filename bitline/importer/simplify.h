// Tidies an imported network without changing what it computes, but for the rounding of a bias.
// Internal to importer/.
#pragma once

#include <string>

#include "bitline/graph/network.h"

namespace bitline {

/// Drops nodes that `output` does not need, moves a grid from an identity to the node in front of
/// it where nothing else reads that, and takes a constant vector that is added behind a layer as
/// the layer's bias. Values that operators only choose or move stay on the grid that they came
/// from. Where the network takes images and first puts their channels, which come last in the file,
/// in front, it takes images with channels first, as all data have them.
void simplify(Network& network, const std::string& output, bool takes_images);

}  // namespace bitline
