// QuantizeLinear and DequantizeLinear. Constants are put on their grid here, with the very integers
// of the file; on values of the network the grid becomes a QuantSpec.
#include "bitline/base/fail.h"
#include "bitline/importer/builders.h"
#include "bitline/importer/linear_grids.h"
#include "bitline/importer/narrow_grids.h"
#include "bitline/importer/onnx_tensor.h"

namespace bitline {
namespace {

using onnx::TensorProto;

/// Throws Error where the attribute names another type of real numbers than FLOAT.
void require_float(OnnxNode& node, std::string_view attribute) {
  const auto type = static_cast<int>(node.integer(attribute, 0));
  if (type > TensorProto::FLOAT)
    fail("its {} is {}; supported is FLOAT", attribute, name_of_element_type(type));
}

/// The element type of the integers.
int type_of_integers(OnnxNode& node) {
  if (node.has_input(2)) return node.input(2).element_type;
  const ImportedValue& x = node.input(0);
  if (x.is_constant() && x.constant->dtype() == DType::kI64) return x.element_type;
  return TensorProto::UINT8;
}

/// The grid that QuantizeLinear and DequantizeLinear state.
Grids grids_of(OnnxNode& node, int type) {
  if (node.integer("block_size", 0) != 0)
    fail("blocks with scales of their own are not supported; use one scale, or one per entry");
  return linear_grids(node, {1, 2}, type, node.file_shape(node.input(0)), node.integer("axis", 1));
}

}  // namespace

void build_quantize_linear(OnnxNode& node) {
  const ImportedValue x = node.input(0);
  node.integer("saturate", 1);  // of float8, which is refused
  require_float(node, "precision");
  const auto stated = static_cast<int>(node.integer("output_dtype", 0));
  const int type = stated != 0 ? stated : type_of_integers(node);
  if (node.has_input(2) && node.input(2).element_type != type)
    fail("output_dtype and its zero point are of different types");
  Grids grids = grids_of(node, type);
  if (grids.spec.bits == 0) fail("its integers are INT32; supported are 2, 4, 8 and 16 bits");
  if (!x.is_constant()) {
    grids.spec.zero_point = grids.zero_points[0];
    const ImportedValue unclipped = without_clip(node, x, grids.spec);
    ImportedValue y = with_grid(node, unclipped, grids);
    y.grid = node.state().network.quant.at(y.node);
    return node.set_output(0, y);
  }
  const std::vector<std::int64_t> integers =
      to_integers(*x.constant, grids, ZeroPoint::kBehindRounding);
  node.set_constant(Tensor::of<std::int64_t>(x.shape, integers), type);
}

void build_dequantize_linear(OnnxNode& node) {
  ImportedValue x = node.input(0);
  require_float(node, "output_dtype");
  Grids grids = grids_of(node, type_of_integers(node));
  if (x.grid && !node.has_input(2)) {  // then the integers themselves say of which type they are
    grids.spec.bits = x.grid->bits;
    grids.spec.is_signed = x.grid->is_signed;
  }
  if (x.is_constant() && x.constant->dtype() == DType::kI64 && grids.spec.bits != 0) {
    x = with_stated_sign(node, x, grids);
    take_stated_grid(node, x.constant->data<std::int64_t>(), grids.spec);
    if (x.grid) grids.spec.narrow = x.grid->narrow;
  }
  node.set_output(0, dequantized(x, grids));
}

}  // namespace bitline
