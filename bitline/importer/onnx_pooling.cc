#include "bitline/base/fail.h"
#include "bitline/importer/builders.h"
#include "bitline/importer/onnx_spatial.h"

namespace bitline {
namespace {

std::vector<std::int64_t> kernel_shape(OnnxNode& node) {
  if (!node.has_attribute("kernel_shape")) fail("attribute 'kernel_shape' is missing");
  return node.integers("kernel_shape", {});
}

Windows windows_of(OnnxNode& node, const Spatial& spatial) {
  return {spatial.kernel, spatial.stride, spatial.padding, spatial.dilation,
          node.integer("ceil_mode", 0) != 0};
}

}  // namespace

void build_max_pool(OnnxNode& node) {
  if (node.wants_output(1)) fail("its second output (indices) is not supported");
  node.integer("storage_order", 0);  // of the indices alone
  const ImportedValue& x = node.input(0);
  const Spatial spatial(node, x, kernel_shape(node));
  const MaxPool pool{windows_of(node, spatial)};
  node.set_output(0, spatial.result(node, node.append_keeping_grid(pool, spatial.image(node, x))));
}

void build_average_pool(OnnxNode& node) {
  const ImportedValue& x = node.input(0);
  const Spatial spatial(node, x, kernel_shape(node));
  const AveragePool pool{windows_of(node, spatial), node.integer("count_include_pad", 0) != 0};
  node.set_output(0, spatial.result(node, node.append(pool, {spatial.image(node, x)})));
}

void build_global_average_pool(OnnxNode& node) {
  const ImportedValue& x = node.input(0);
  node.require_images_first(x);
  if (x.shape.size() == 2) {
    const ReduceMean mean{{1}, true};
    return node.build(mean, {x});
  }
  const ImportedValue means = node.append(GlobalAveragePool{}, {x});
  node.set_output(0, reshaped(node, means, {x.shape[0], 1, 1}));
}

}  // namespace bitline
