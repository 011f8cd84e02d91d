// A network from an ONNX file. Start here when you read importer/: onnx_model.h checks the file,
// onnx_node.h is what a builder sees, operator_table.cc names the builder of each operator,
// simplify.h tidies up at the end.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bitline/graph/network.h"

namespace bitline {

struct OnnxOptions {
  /// Axis 0 of every value counts images. Without it a file describes one image, and no axis of the
  /// file is the batch.
  bool has_batch = true;
  /// Of one image, [channels, height, width], also where the file has channels last, or of whatever
  /// else the network takes: fills the sizes that the file leaves open; empty: none.
  Shape input = {};
};

/// Float networks, and networks quantized with QuantizeLinear and DequantizeLinear or with QONNX's
/// Quant, BipolarQuant and Trunc (domains onnx.brevitas and qonnx.custom_op.general), operator sets
/// 7 to 26. Integer weights, scales and zero points are taken over exactly. Throws Error that names
/// the node, its operator and the shapes of its inputs when something is not supported or damaged.
Network import_onnx(const std::filesystem::path& path, const OnnxOptions& options = {});
/// From memory; `folder` is where external data are looked for.
Network import_onnx(std::span<const std::byte> file, const std::filesystem::path& folder,
                    const OnnxOptions& options = {});

/// The operators that can be imported, sorted.
std::vector<std::string> supported_onnx_operators();
/// Where an operator of that name can be imported from, "ONNX's own" among them; none where it
/// cannot.
std::vector<std::string> onnx_domains_of(std::string_view op_type);

}  // namespace bitline
