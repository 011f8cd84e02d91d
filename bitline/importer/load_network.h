// A network from a file, whatever its kind.
#pragma once

#include <filesystem>

#include "bitline/graph/network.h"

namespace bitline {

/// A network file of ours (network_file.h), or an ONNX model (import_onnx.h) by its name's end,
/// `.onnx`. Throws Error that names the file and what is missing, damaged or not supported.
/// `input`, the shape of an image, fills the sizes that an ONNX file leaves open; Error where the
/// network has another one.
Network load_network(const std::filesystem::path& file, const Shape& input = {});

}  // namespace bitline
