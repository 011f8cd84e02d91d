// A model's own functions. Internal to importer/.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <vector>

namespace bitline {

/// Puts the nodes of functions in place of the nodes that call them, also of functions in
/// functions, and returns for each node of the graph its version of ONNX's own operators: a
/// function states one of its own. Names of values and nodes get those of the caller in front. An
/// operator that find_onnx_builder() knows stays, also where a function is called like it. Throws
/// Error for a function that calls itself, for calls that do not fit, and for more nodes than a
/// network has.
std::vector<std::int64_t> inline_functions(onnx::ModelProto& model);

}  // namespace bitline
