#include "bitline/importer/onnx_spatial.h"

#include <algorithm>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

/// [begin of each axis, end of each axis], as ONNX orders pads.
Padding padding_of(const std::vector<std::int64_t>& pads) {
  if (pads.size() == 2) return {0, pads[0], 0, pads[1]};
  return {pads[0], pads[1], pads[2], pads[3]};
}

/// As much as makes the output ⌈input / stride⌉.
std::vector<std::int64_t> same_pads(bool more_behind, const Shape& image,
                                    const std::vector<std::int64_t>& kernel,
                                    const std::vector<std::int64_t>& strides,
                                    const std::vector<std::int64_t>& dilations) {
  std::vector<std::int64_t> pads(2 * kernel.size());
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    const std::int64_t size = image[image.size() - kernel.size() + i];
    const std::int64_t outputs = (size + strides[i] - 1) / strides[i];
    const std::int64_t total = std::max<std::int64_t>(
        0, (outputs - 1) * strides[i] + window_extent(kernel[i], dilations[i]) - size);
    pads[i] = more_behind ? total / 2 : total - total / 2;
    pads[i + kernel.size()] = total - pads[i];
  }
  return pads;
}

}  // namespace

Extents extents_of(const std::vector<std::int64_t>& sizes) {
  return sizes.size() == 1 ? Extents(1, sizes[0]) : Extents(sizes.at(0), sizes.at(1));
}

Spatial::Spatial(OnnxNode& node, const ImportedValue& input,
                 const std::vector<std::int64_t>& kernel_sizes)
    : is_one_dimensional_(kernel_sizes.size() == 1) {
  node.require_images_first(input);
  const std::size_t dimensions = kernel_sizes.size();
  if (dimensions != 1 && dimensions != 2) fail("{} dimensions; supported are 1 and 2", dimensions);
  if (input.shape.size() != dimensions + 1)
    fail("a kernel of {} dimensions on a value of shape {}", dimensions, to_string(input.shape));
  const std::vector<std::int64_t> ones(dimensions, 1);
  const std::vector<std::int64_t> strides = node.integers("strides", ones);
  const std::vector<std::int64_t> dilations = node.integers("dilations", ones);
  std::vector<std::int64_t> pads = node.integers("pads", std::vector<std::int64_t>(2 * dimensions));
  const std::vector<std::int64_t> stated = node.integers("kernel_shape", kernel_sizes);
  const std::string rule = node.text("auto_pad", "NOTSET");
  if (strides.size() != dimensions || dilations.size() != dimensions ||
      pads.size() != 2 * dimensions)
    fail("{} strides, {} dilations and {} pads for {} dimensions", strides.size(), dilations.size(),
         pads.size(), dimensions);
  for (const auto& numbers : {strides, dilations, kernel_sizes, pads})
    for (const std::int64_t number : numbers)
      if (number < -kMostExtent || number > kMostExtent)
        fail("a stride, pad, dilation or kernel of {}; supported are up to {}", number,
             kMostExtent);
  if (stated != kernel_sizes)
    fail("kernel_shape {} and the kernel's {} differ", to_string(stated), to_string(kernel_sizes));
  if (std::min(std::ranges::min(strides), std::ranges::min(dilations)) < 1)
    fail("strides and dilations have to be 1 or more");
  if (rule == "VALID")
    pads.assign(2 * dimensions, 0);
  else if (rule == "SAME_UPPER" || rule == "SAME_LOWER")
    pads = same_pads(rule == "SAME_UPPER", input.shape, kernel_sizes, strides, dilations);
  else if (rule != "NOTSET" && !rule.empty())
    fail("auto_pad '{}' is not supported", rule);
  kernel = extents_of(kernel_sizes);
  stride = extents_of(strides);
  dilation = extents_of(dilations);
  padding = padding_of(pads);
}

ImportedValue Spatial::image(OnnxNode& node, const ImportedValue& input) const {
  if (!is_one_dimensional_) return input;
  return reshaped(node, input, {input.shape[0], 1, input.shape[1]}, "/as_image");
}

ImportedValue Spatial::result(OnnxNode& node, const ImportedValue& output) const {
  if (!is_one_dimensional_) return output;
  return reshaped(node, output, {output.shape[0], output.shape[2]}, "/as_signal");
}

ImportedValue Spatial::kernel_of(OnnxNode& node, const ImportedValue& weight) const {
  if (!is_one_dimensional_) return weight;
  return reshaped(node, weight, {weight.shape[0], weight.shape[1], 1, weight.shape[2]});
}

}  // namespace bitline
