// An ONNX file, checked before anything is made of it. Internal to importer/.
#pragma once

#include <onnx/onnx_pb.h>

#include <filesystem>
#include <span>

namespace bitline {

/// Throws Error for more than 2 GiB; external data keep a model below.
void check_onnx_size(std::uintmax_t bytes);

/// Throws Error for versions of ONNX's own operators outside 7 to 26.
void check_operator_set(std::int64_t version);

/// Throws Error as check_onnx_size() and check_operator_set() do, and when the file is damaged.
onnx::ModelProto parse_onnx(std::span<const std::byte> file);

/// The version of ONNX's own operators.
std::int64_t operator_set(const onnx::ModelProto& model);

/// The nodes' indices so that each stands behind the nodes whose values it reads. Throws Error that
/// names a node on a cycle, or a value that is made twice.
std::vector<int> topological_order(const onnx::GraphProto& graph);

}  // namespace bitline
