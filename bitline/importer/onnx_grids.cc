// QuantizeLinear and DequantizeLinear. Constants are put on their grid here, with the very integers
// of the file; on values of the network the grid becomes a QuantSpec.
#include <algorithm>

#include "bitline/base/fail.h"
#include "bitline/importer/builders.h"
#include "bitline/importer/grids.h"
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
Grids linear_grids(OnnxNode& node, const Shape& shape, int type) {
  const std::int64_t axis = node.integer("axis", 1);
  if (node.integer("block_size", 0) != 0)
    fail("blocks with scales of their own are not supported; use one scale, or one per entry");
  const Tensor& scale = node.constant(1, "scale");
  require_finite(scale);
  Grids grids;
  grids.zero_points = {0};
  if (node.has_input(2)) grids.zero_points = node.constant_integers(2, "zero point");
  const auto [bits, is_signed] = integer_type(type);
  if (bits == 0 || type == TensorProto::UINT32)
    fail(
        "integers of type {} are not supported; supported are INT and UINT of 4, 8 and 16 bits, "
        "and INT32",
        name_of_element_type(type));
  grids.spec.bits = bits == 32 ? 0 : bits;  // 0: a bias, which has no grid of ours
  grids.spec.is_signed = is_signed;
  grids.spec.scale = scale.reshaped({scale.size()});
  if (scale.size() != 1) {
    grids.spec.axis = static_cast<int>(axis < 0 ? axis + std::ssize(shape) : axis);
    if (grids.spec.axis < 0 || grids.spec.axis >= std::ssize(shape) ||
        shape[static_cast<std::size_t>(grids.spec.axis)] != scale.size())
      fail("{} scales along axis {} of shape {}", scale.size(), axis, to_string(shape));
  }
  if (grids.zero_points.size() != 1 && std::ssize(grids.zero_points) != scale.size())
    fail("{} zero points for {} scales", grids.zero_points.size(), scale.size());
  return grids;
}

/// Whether scales state those of a value, one or one per channel.
bool same_scales(const Tensor& stated, const Tensor& of_value) {
  const auto scales = of_value.data<float>();
  return scales.size() == 1
             ? std::ranges::all_of(stated.data<float>(), [&](float v) { return v == scales[0]; })
             : std::ranges::equal(stated.data<float>(), scales);
}

/// Whether `b` reads the integers of `x`, which may be on a part of that grid.
bool reads(const Grids& b, const ImportedValue& x) {
  const QuantSpec& a = *x.grid;
  const Tensor& scales = x.channel_scales ? *x.channel_scales : a.scale;
  return a.bits <= b.spec.bits && a.is_signed == b.spec.is_signed &&
         std::ranges::all_of(b.zero_points, [&](auto z) { return z == a.zero_point; }) &&
         same_scales(b.spec.scale, scales);
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
  Grids grids = linear_grids(node, node.file_shape(x), type);
  if (grids.spec.bits == 0) fail("its integers are INT32; supported are 4, 8 and 16 bits");
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
  const ImportedValue x = node.input(0);
  require_float(node, "output_dtype");
  Grids grids = linear_grids(node, node.file_shape(x), type_of_integers(node));
  if (!x.is_constant()) {
    if (x.grid && !node.has_input(2)) {  // then the integers themselves say of which type they are
      grids.spec.bits = x.grid->bits;
      grids.spec.is_signed = x.grid->is_signed;
    }
    if (!x.grid || !reads(grids, x))
      fail("its scale and zero point are not those of the QuantizeLinear in front of it");
    ImportedValue y = x;
    y.grid.reset();
    return node.set_output(0, y);
  }
  if (x.constant->dtype() != DType::kI64) fail("its input holds real numbers instead of integers");
  const auto integers = x.constant->data<std::int64_t>();
  ImportedValue y;
  if (grids.spec.bits == 0) {
    Grids wide = grids;
    wide.spec.bits = 16;
    y = on_grid({integers.begin(), integers.end()}, x.shape, wide);
    y.grid.reset();
  } else {
    take_stated_grid(node, integers, grids.spec);
    if (x.grid) {
      grids.spec.bits = x.grid->bits;
      grids.spec.is_signed = x.grid->is_signed;
      grids.spec.narrow = x.grid->narrow;
    }
    y = on_grid({integers.begin(), integers.end()}, x.shape, grids);
  }
  node.set_output(0, y);
}

}  // namespace bitline
