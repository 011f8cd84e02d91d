// Strides, padding and kernels as ONNX's attributes. Internal to exporter/.
#pragma once

#include "bitline/exporter/onnx_graph.h"

namespace bitline {

void set_windows(onnx::NodeProto& node, const Windows& windows);
/// `weight`: the kernel's shape, its height and width last.
void set_kernel(onnx::NodeProto& node, const Conv& conv, const Shape& weight);
void set_kernel(onnx::NodeProto& node, const ConvTranspose& conv, const Shape& weight);

}  // namespace bitline
