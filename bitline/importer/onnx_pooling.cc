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

ImportedValue average_pool(OnnxNode& node, const ImportedValue& x,
                           const std::optional<QuantSpec>& grid) {
  const Spatial spatial(node, x, kernel_shape(node));
  const AveragePool pool{windows_of(node, spatial), node.integer("count_include_pad", 0) != 0};
  return spatial.result(node, put_on(node, node.append(pool, {spatial.image(node, x)}), grid));
}

ImportedValue global_average_pool(OnnxNode& node, const ImportedValue& x,
                                  const std::optional<QuantSpec>& grid) {
  node.require_images_first(x);
  if (x.shape.size() == 2) {
    const ReduceMean mean{{1}, true};
    return put_on(node, node.append(mean, {x}), grid);
  }
  const ImportedValue means = put_on(node, node.append(GlobalAveragePool{}, {x}), grid);
  return reshaped(node, means, {x.shape[0], 1, 1});
}

void build_average_pool(OnnxNode& node) {
  node.set_output(0, average_pool(node, node.input(0), {}));
}

void build_global_average_pool(OnnxNode& node) {
  node.set_output(0, global_average_pool(node, node.input(0), {}));
}

}  // namespace bitline
