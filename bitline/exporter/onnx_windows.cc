#include "bitline/exporter/onnx_windows.h"

namespace bitline {
namespace {

using Integers = std::vector<std::int64_t>;

Integers both(const Extents& extents) { return {extents.height, extents.width}; }

/// What convolutions and pooling have in common.
template <typename Spatial>
void set_spatial(onnx::NodeProto& node, const Spatial& spatial) {
  const Padding& padding = spatial.padding;
  set_attribute(node, "strides", both(spatial.stride));
  set_attribute(node, "pads", Integers{padding.top, padding.left, padding.bottom, padding.right});
  if (spatial.dilation != Extents(1)) set_attribute(node, "dilations", both(spatial.dilation));
}

template <typename Convolution>
void set_convolution(onnx::NodeProto& node, const Convolution& conv, const Shape& weight) {
  set_attribute(node, "kernel_shape", Integers{weight.at(2), weight.at(3)});
  set_spatial(node, conv);
  set_attribute(node, "group", conv.groups);
}

}  // namespace

void set_windows(onnx::NodeProto& node, const Windows& windows) {
  set_attribute(node, "kernel_shape", both(windows.kernel));
  set_spatial(node, windows);
  set_attribute(node, "ceil_mode", std::int64_t{windows.ceil});
}

void set_kernel(onnx::NodeProto& node, const Conv& conv, const Shape& weight) {
  set_convolution(node, conv, weight);
}

void set_kernel(onnx::NodeProto& node, const ConvTranspose& conv, const Shape& weight) {
  set_convolution(node, conv, weight);
  set_attribute(node, "output_padding", both(conv.output_padding));
}

}  // namespace bitline
