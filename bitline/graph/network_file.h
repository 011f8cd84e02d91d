// One file format for networks and checkpoints: safetensors, the graph as JSON in the metadata.
#pragma once

#include <filesystem>

#include "bitline/base/safetensors.h"
#include "bitline/graph/network.h"

namespace bitline {

/// metadata["bitline_network"] holds the graph; parameters keep their keys, the scales of
/// quantizers stand under "<name>.quant_scale".
SafeTensors to_safetensors(const Network& network);
/// Throws Error when the metadata is missing, has an unknown version, operator or attribute, or the
/// network does not fit together (infer_shapes).
Network network_from_safetensors(const SafeTensors& file);

/// Writes atomically. Errors carry the path.
void write_network(const std::filesystem::path& path, const Network& network);
/// Errors carry the path.
Network read_network(const std::filesystem::path& path);

}  // namespace bitline
